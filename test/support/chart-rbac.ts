import type { V1ClusterRole, V1PolicyRule, V1Role, V1RoleBinding } from '@kubernetes/client-node';
import type { Manifest } from '../chart/helm.ts';
import { formatRight } from './audit.ts';
import type { KubeAdmin, KubeObject } from './kube-admin.ts';
import { until } from './poll.ts';

/** Namespaces as the chart was rendered with them, and what each is called in a test. */
export type Places = Readonly<Record<string, string>>;

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const COLLECTIONS: Readonly<Record<string, string>> = {
  ServiceAccount: '/api/v1/serviceaccounts',
  Role: `${RBAC}/roles`,
  RoleBinding: `${RBAC}/rolebindings`,
  ClusterRole: `${RBAC}/clusterroles`,
  ClusterRoleBinding: `${RBAC}/clusterrolebindings`,
};

/** What the chart renders to give its operator an identity and rights, and nothing else of it. */
export function rbacOf(manifests: readonly Manifest[]): readonly Manifest[] {
  const bound = new Set(manifests.flatMap(manifest => (manifest as unknown as V1RoleBinding).roleRef?.name ?? []));
  return manifests.filter(
    ({ kind, metadata }) => kind in COLLECTIONS && (!kind.endsWith('Role') || bound.has(metadata.name)),
  );
}

/** Who has the rights. */
export interface Grant {
  /** `system:serviceaccount:<namespace>:<name>`. */
  readonly user: string;
  /** Good for an hour. */
  readonly token: string;
}

/** Creates these objects in `places`, whose namespaces have to exist. Returns once the API server knows of all rights. */
export async function grantRbac(kube: KubeAdmin, rbac: readonly Manifest[], places: Places): Promise<Grant> {
  const moved = rbac.map(manifest => move(manifest, places));
  const account = moved.find(({ kind }) => kind === 'ServiceAccount');
  if (account === undefined) throw new Error('the chart renders no ServiceAccount: set serviceAccount.create');
  await Promise.all(moved.map(manifest => kube.create(collection(manifest), manifest)));
  const { namespace, name } = account.metadata;
  const user = `system:serviceaccount:${namespace}:${name}`;
  for (const binding of moved.filter(({ kind }) => kind.endsWith('Binding'))) {
    await expectEffective(kube, user, binding, moved);
  }
  const token = await kube.create<KubeObject & { readonly status: { readonly token: string } }>(
    `${collection(account)}/${name}/token`,
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3_600 } },
  );
  return { user, token: token.status.token };
}

/** One thing that a role allows, and in which of the namespaces that the chart was rendered with. */
export interface Right {
  readonly namespace: string | undefined;
  /** As the audit log has it: `patch awssecrets.secrets-operator.io/status`. */
  readonly right: string;
}

/** Everything that these roles allow. */
export function rightsOf(rbac: readonly Manifest[]): readonly Right[] {
  return rbac.flatMap(role => singleRules(role).map(({ right }) => ({ namespace: role.metadata.namespace, right })));
}

/** The same roles without one right. */
export function without(rbac: readonly Manifest[], taken: Right): readonly Manifest[] {
  return rbac.map(role => {
    if (!role.kind.endsWith('Role') || role.metadata.namespace !== taken.namespace) return role;
    const rules = singleRules(role).flatMap(({ right, rule }) => (right === taken.right ? [] : [rule]));
    return { ...role, rules } as Manifest;
  });
}

/** The rules of a role, each cut down to one verb on one resource. */
function singleRules(role: Manifest): readonly { readonly right: string; readonly rule: V1PolicyRule }[] {
  return ((role as unknown as V1Role).rules ?? []).flatMap(({ apiGroups = [], resources = [], verbs, ...rest }) =>
    apiGroups.flatMap(group =>
      resources.flatMap(resource =>
        verbs.map(verb => ({
          right: formatRight(verb, group, resource),
          rule: { ...rest, apiGroups: [group], resources: [resource], verbs: [verb] },
        })),
      ),
    ),
  );
}

function move<T extends Manifest>(manifest: T, places: Places): T {
  return JSON.parse(JSON.stringify(manifest), (key, value) =>
    key === 'namespace' && typeof value === 'string' ? (places[value] ?? value) : value,
  ) as T;
}

function collection({ kind, metadata: { namespace } }: Manifest): string {
  const path = COLLECTIONS[kind] ?? '';
  return namespace === undefined ? path : path.replace(/\/(?=\w+$)/, `/namespaces/${namespace}/`);
}

/** The authorizer learns of a role and a binding by watches of its own, each as a whole: one right stands for all. */
async function expectEffective(
  kube: KubeAdmin,
  user: string,
  binding: Manifest,
  manifests: readonly Manifest[],
): Promise<void> {
  const { roleRef } = binding as unknown as V1RoleBinding;
  const { namespace } = binding.metadata;
  const role = manifests.find(
    ({ kind, metadata }) => kind === roleRef.kind && metadata.name === roleRef.name && metadata.namespace === namespace,
  ) as V1Role | V1ClusterRole | undefined;
  const [rule] = role?.rules ?? [];
  if (rule === undefined) return;
  const [resource = '', subresource] = rule.resources?.[0]?.split('/') ?? [];
  const asked = {
    ...{ group: rule.apiGroups?.[0] ?? '', resource, verb: rule.verbs[0] },
    ...(subresource !== undefined && { subresource }),
    ...(namespace !== undefined && { namespace }),
    ...(rule.resourceNames?.[0] !== undefined && { name: rule.resourceNames[0] }),
  };
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview' };
  await until(`${user} has the rights of ${roleRef.kind} ${roleRef.name}`, { timeoutMs: 20_000 }, async () => {
    const answer = await kube.create<KubeObject & { readonly status: { readonly allowed: boolean } }>(
      '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      { ...review, spec: { user, resourceAttributes: asked } },
    );
    return answer.status.allowed;
  });
}

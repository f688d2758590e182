import type { KubeAdmin } from './kube-admin.ts';

const PATHS: Readonly<Record<string, string>> = { Role: 'roles', RoleBinding: 'rolebindings' };

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly namespace: string };
}

/** Applies the Role and RoleBinding that a message of `ServiceAccountTokenRefused` holds, as somebody would by hand. */
export async function applyPrintedRole(kube: KubeAdmin, message: string): Promise<void> {
  await applyRoles(kube, JSON.parse(message.slice(message.indexOf('{'))));
}

/** Applies a List of Roles and RoleBindings. */
export async function applyRoles(kube: KubeAdmin, list: object): Promise<void> {
  const { items } = list as { readonly items: readonly Manifest[] };
  for (const item of items) {
    const namespaced = `/apis/rbac.authorization.k8s.io/v1/namespaces/${item.metadata.namespace}`;
    await kube.create(`${namespaced}/${PATHS[item.kind]}`, item);
  }
}

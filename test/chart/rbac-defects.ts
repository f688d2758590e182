import type { V1ClusterRole, V1Deployment, V1PolicyRule, V1RoleBinding } from '@kubernetes/client-node';
import { type Manifest, ofKind } from './helm.ts';

/** Rights as `verb resource.group/subresource`, without the group for the core group. */
type Rights = Readonly<Record<string, string>>;

/** The most that an operator of this kind may be given in a namespace that it watches. */
const WATCHED: Rights = {
  'awssecrets.secrets-operator.io': 'get list watch',
  'awssecrets.secrets-operator.io/status': 'patch',
  secrets: 'get list watch create patch',
  'events.events.k8s.io': 'create',
};
/** The same where it restarts workloads. */
const WITH_ROLLOUTS: Rights = {
  ...WATCHED,
  secrets: 'get list watch create patch delete',
  'deployments.apps': 'list watch patch',
  'statefulsets.apps': 'list watch patch',
  'daemonsets.apps': 'list watch patch',
  'rollouts.argoproj.io': 'list watch patch',
  'cronjobs.batch': 'list watch',
  'jobs.batch': 'list watch',
  pods: 'list',
  'pods/eviction': 'create',
};
/** In its own namespace, where everything but `create`, which RBAC cannot limit so, has to name its object. */
const BESIDE: Rights = {
  secrets: 'get create',
  'leases.coordination.k8s.io': 'get create patch',
  'events.events.k8s.io': 'create',
};
const FOR_READERS: Rights = { 'awssecrets.secrets-operator.io': 'get list watch' };
const FOR_WRITERS: Rights = {
  'awssecrets.secrets-operator.io': 'get list watch create delete deletecollection patch update',
};

interface Release {
  readonly namespace: string;
  readonly account: string;
  /** Empty: all namespaces. */
  readonly watched: readonly string[];
  readonly restarts: boolean;
}

type Role = V1ClusterRole & Manifest;
type Binding = V1RoleBinding & Manifest;

/** What is wrong with the rights that a rendering of the chart gives, each as a sentence; empty when all is well. */
export function rbacDefects(manifests: readonly Manifest[]): readonly string[] {
  const release = releaseOf(manifests);
  const roles = [...ofKind<Role>(manifests, 'ClusterRole'), ...ofKind<Role>(manifests, 'Role')];
  const bindings = [...ofKind<Binding>(manifests, 'ClusterRoleBinding'), ...ofKind<Binding>(manifests, 'RoleBinding')];
  const isBound = (role: Role): boolean => bindings.some(binding => binds(binding, role));
  return [
    ...roles.flatMap(formDefects),
    ...roles.flatMap(role => (isBound(role) ? operatorDefects(role, release) : peopleDefects(role))),
    ...bindings.flatMap(binding => bindingDefects(binding, roles, release)),
  ];
}

function releaseOf(manifests: readonly Manifest[]): Release {
  const [deployment] = ofKind<V1Deployment>(manifests, 'Deployment');
  const pod = deployment?.spec?.template.spec;
  const args = pod?.containers[0]?.args ?? [];
  const flag = (name: string): string | undefined =>
    args.find(arg => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
  return {
    namespace: deployment?.metadata?.namespace ?? '',
    account: pod?.serviceAccountName ?? 'default',
    watched: flag('watch-namespaces')?.split(',') ?? [],
    restarts: flag('rollout-enabled') !== 'false',
  };
}

/** What no role may have, whomever it is for. */
function formDefects({ kind, metadata, rules, aggregationRule }: Role): readonly string[] {
  const name = `${kind} ${metadata.name}`;
  const words = (rules ?? []).flatMap(rule => [
    ...[...(rule.apiGroups ?? []), ...(rule.resources ?? []), ...(rule.resourceNames ?? []), ...rule.verbs],
    ...(rule.nonResourceURLs ?? []),
  ]);
  return [
    ...words.filter(word => word.includes('*')).map(word => `${name} has the wildcard ${word}`),
    ...(rules ?? []).flatMap(rule => (rule.nonResourceURLs ?? []).map(url => `${name} reaches the URL ${url}`)),
    ...(aggregationRule === undefined ? [] : [`${name} takes in the rules of other roles`]),
  ];
}

function operatorDefects(role: Role, release: Release): readonly string[] {
  const { kind, metadata } = role;
  const inWatched = release.restarts ? WITH_ROLLOUTS : WATCHED;
  if (Object.keys(metadata.labels ?? {}).some(label => label.includes('aggregate-to-')))
    return [`${kind} ${metadata.name} is the operator's and goes into the roles of people`];
  if (kind === 'ClusterRole')
    return release.watched.length === 0
      ? excess(role, inWatched)
      : [`ClusterRole ${metadata.name} reaches all namespaces, though only ${release.watched.join(', ')} are watched`];
  const isForWork = (role.rules ?? []).flatMap(resourcesOf).some(resource => resource.startsWith('awssecrets.'));
  if (metadata.namespace === release.namespace && !isForWork) return [...excess(role, BESIDE), ...unnamed(role)];
  return release.watched.includes(metadata.namespace ?? '')
    ? excess(role, inWatched)
    : [`Role ${metadata.name} reaches namespace ${metadata.namespace}, which is not watched`];
}

/** The control plane adds these to its own roles: a right in here is everybody's who views or edits a namespace. */
function peopleDefects(role: Role): readonly string[] {
  const into = Object.keys(role.metadata.labels ?? {}).flatMap(label => label.split('aggregate-to-').slice(1));
  if (into.length === 0) return [`${role.kind} ${role.metadata.name} is bound to nobody`];
  return excess(role, into.includes('view') ? FOR_READERS : FOR_WRITERS);
}

function excess({ kind, metadata, rules }: Role, most: Rights): readonly string[] {
  const isAllowed = (verb: string, resource: string): boolean => (most[resource] ?? '').split(' ').includes(verb);
  return (rules ?? [])
    .flatMap(rule => rule.verbs.flatMap(verb => resourcesOf(rule).map(resource => ({ verb, resource }))))
    .filter(({ verb, resource }) => !isAllowed(verb, resource))
    .map(({ verb, resource }) => `${kind} ${metadata.name} may ${verb} ${resource}, which nobody needs there`);
}

function unnamed({ kind, metadata, rules }: Role): readonly string[] {
  return (rules ?? [])
    .filter(({ resourceNames = [] }) => resourceNames.length === 0)
    .flatMap(rule =>
      rule.verbs.filter(verb => verb !== 'create').map(verb => `${verb} ${resourcesOf(rule).join(', ')}`),
    )
    .map(right => `${kind} ${metadata.name} may ${right} of any name`);
}

function resourcesOf({ apiGroups = [], resources = [] }: V1PolicyRule): readonly string[] {
  return apiGroups.flatMap(group =>
    resources.map(resource => (group === '' ? resource : resource.replace(/^[^/]+/, `$&.${group}`))),
  );
}

function bindingDefects(binding: Binding, roles: readonly Role[], release: Release): readonly string[] {
  const { kind, metadata, roleRef, subjects = [] } = binding;
  const name = `${kind} ${metadata.name}`;
  const others = subjects.filter(
    subject =>
      subject.kind !== 'ServiceAccount' || subject.name !== release.account || subject.namespace !== release.namespace,
  );
  return [
    ...(roles.some(role => binds(binding, role))
      ? []
      : [`${name} binds ${roleRef.kind} ${roleRef.name}, not the chart's`]),
    ...others.map(subject => `${name} is for ${subject.kind} ${subject.name} too`),
    ...(subjects.length === others.length ? [`${name} is not for the operator`] : []),
    ...(release.account === 'default' ? [`${name} is for every pod without a ServiceAccount of its own`] : []),
  ];
}

function binds({ roleRef, metadata }: Binding, role: Role): boolean {
  const isThere = role.metadata.namespace === undefined || role.metadata.namespace === metadata.namespace;
  return roleRef.kind === role.kind && roleRef.name === role.metadata.name && isThere;
}

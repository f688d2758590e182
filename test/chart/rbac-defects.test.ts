import type { V1ClusterRole, V1PolicyRule, V1RoleBinding } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { type Manifest, render } from './helm.ts';
import { rbacDefects } from './rbac-defects.ts';

const LIST = { watchNamespaces: ['shop', 'billing'] };

const renderings = [
  { why: 'all namespaces', values: {} },
  { why: 'a list of namespaces', values: LIST },
  { why: 'its own namespace among them', values: { watchNamespaces: ['ops', 'shop'] } },
  { why: 'nothing is restarted', values: { rollout: { enabled: false } } },
  { why: 'nothing is restarted in a list of namespaces', values: { ...LIST, rollout: { enabled: false } } },
  { why: 'two replicas', values: { replicas: 2 } },
  { why: 'another ServiceAccount', values: { ...LIST, serviceAccount: { create: false, name: 'reader' } } },
  { why: 'another name', values: { fullnameOverride: 'aws', commonLabels: { team: 'platform' } } },
  { why: 'no roles for people', values: { rbac: { aggregate: false } } },
];
test.each(renderings)('the chart gives no right too many: $why', ({ values }) => {
  expect(rbacDefects(render(values))).toEqual([]);
});

type Change = (manifest: Manifest) => Manifest;

const on =
  (kind: string, name: string, change: Change): Change =>
  manifest =>
    manifest.kind === kind && manifest.metadata.name === name ? change(manifest) : manifest;
const withRule = (...rules: readonly V1PolicyRule[]): Change => {
  return manifest => ({ ...manifest, rules: [...((manifest as V1ClusterRole).rules ?? []), ...rules] }) as Manifest;
};
const withSubjects = (...subjects: NonNullable<V1RoleBinding['subjects']>): Change => {
  return manifest => ({ ...manifest, subjects }) as Manifest;
};
const labelled = (label: string): Change => {
  return ({ metadata, ...rest }) => ({ ...rest, metadata: { ...metadata, labels: { [label]: 'true' } } });
};
const rule = (group: string, resource: string, ...verbs: readonly string[]): V1PolicyRule => ({
  apiGroups: [group],
  resources: [resource],
  verbs: [...verbs],
});
const keep: Change = manifest => manifest;
const OPERATOR = 'rel-secrets-operator';
const account = { kind: 'ServiceAccount', name: OPERATOR, namespace: 'ops' };
const extra = (kind: string, name: string, more: object): Manifest => {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  return { apiVersion, kind, metadata: { name }, ...more } as Manifest;
};

interface Planted {
  readonly why: string;
  readonly values?: object;
  readonly change?: Change;
  readonly add?: Manifest;
  readonly says: string;
}

/** Where all namespaces are watched, the one Role is that in the operator's own. */
const beside =
  (...rules: readonly V1PolicyRule[]): Change =>
  manifest =>
    manifest.kind === 'Role' ? withRule(...rules)(manifest) : manifest;
const operator = (...rules: readonly V1PolicyRule[]) => on('ClusterRole', OPERATOR, withRule(...rules));

const planted: readonly Planted[] = [
  { why: 'every verb', change: operator(rule('', 'secrets', '*')), says: 'has the wildcard *' },
  { why: 'every resource', change: operator(rule('', '*', 'get')), says: 'has the wildcard *' },
  { why: 'every group', change: operator(rule('*', 'secrets', 'get')), says: 'has the wildcard *' },
  { why: 'every subresource', change: operator(rule('', 'pods/*', 'get')), says: 'has the wildcard pods/*' },
  { why: 'raises itself', change: operator(rule('rbac.authorization.k8s.io', 'roles', 'escalate')), says: 'escalate' },
  { why: 'binds itself', change: operator(rule('rbac.authorization.k8s.io', 'clusterroles', 'bind')), says: 'bind' },
  { why: 'is somebody else', change: operator(rule('', 'users', 'impersonate')), says: 'may impersonate users' },
  { why: 'mints tokens', change: operator(rule('', 'serviceaccounts/token', 'create')), says: 'serviceaccounts/token' },
  { why: 'enters pods', change: operator(rule('', 'pods/exec', 'create')), says: 'may create pods/exec' },
  { why: 'makes pods', change: operator(rule('', 'pods', 'create')), says: 'may create pods,' },
  { why: 'writes AwsSecrets', change: operator(rule('secrets-operator.io', 'awssecrets', 'patch')), says: 'may patch' },
  { why: 'empties namespaces', change: operator(rule('', 'secrets', 'deletecollection')), says: 'deletecollection' },
  {
    why: 'deletes Secrets though it cannot know who uses them',
    values: { rollout: { enabled: false } },
    change: operator(rule('', 'secrets', 'delete')),
    says: 'may delete secrets',
  },
  {
    why: 'knows workloads that it does not restart',
    values: { rollout: { enabled: false } },
    change: operator(rule('apps', 'deployments', 'list')),
    says: 'may list deployments.apps',
  },
  {
    why: 'reaches a URL of the API server itself',
    change: operator({ nonResourceURLs: ['/debug/pprof'], verbs: ['get'] }),
    says: 'reaches the URL /debug/pprof',
  },
  {
    why: 'takes in the rules of others',
    change: on('ClusterRole', OPERATOR, manifest => ({ ...manifest, aggregationRule: {} })),
    says: 'takes in the rules of other roles',
  },
  {
    why: 'a ClusterRole for Secrets beside a list of namespaces',
    values: LIST,
    change: on('RoleBinding', OPERATOR, manifest => ({
      ...manifest,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'all' },
    })),
    add: extra('ClusterRole', 'all', { rules: [rule('', 'secrets', 'get')] }),
    says: 'ClusterRole all reaches all namespaces, though only shop, billing are watched',
  },
  {
    why: 'a Role in a namespace that is not watched',
    values: LIST,
    change: manifest => {
      const { namespace, name } = manifest.metadata;
      return namespace === 'shop' && name === OPERATOR
        ? { ...manifest, metadata: { ...manifest.metadata, namespace: 'kube-system' } }
        : manifest;
    },
    says: 'reaches namespace kube-system, which is not watched',
  },
  {
    why: 'every Secret beside itself',
    change: beside(rule('', 'secrets', 'get')),
    says: 'may get secrets of any name',
  },
  {
    why: 'lists the Secrets beside itself',
    change: beside(rule('', 'secrets', 'list')),
    says: 'may list secrets, which nobody needs there',
  },
  {
    why: 'somebody else has the rights too',
    change: on(
      'ClusterRoleBinding',
      OPERATOR,
      withSubjects(account, { kind: 'Group', name: 'system:authenticated', apiGroup: 'rbac.authorization.k8s.io' }),
    ),
    says: 'is for Group system:authenticated too',
  },
  {
    why: 'every pod beside it has the rights too',
    change: on('ClusterRoleBinding', OPERATOR, withSubjects(account, { ...account, name: 'default' })),
    says: 'is for ServiceAccount default too',
  },
  {
    why: 'a ServiceAccount of that name in another namespace',
    change: on('ClusterRoleBinding', OPERATOR, withSubjects({ ...account, namespace: 'shop' })),
    says: 'is not for the operator',
  },
  {
    why: 'no ServiceAccount of its own',
    change: on('Deployment', OPERATOR, manifest =>
      JSON.parse(JSON.stringify(manifest).replace(/"serviceAccountName":"[^"]*",?/, '')),
    ),
    says: 'every pod without a ServiceAccount of its own',
  },
  {
    why: "a role that is not the chart's",
    add: extra('ClusterRoleBinding', 'admin', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [account],
    }),
    says: 'binds ClusterRole cluster-admin',
  },
  {
    why: "the operator's rights become everybody's",
    change: on('ClusterRole', OPERATOR, labelled('rbac.authorization.k8s.io/aggregate-to-edit')),
    says: 'goes into the roles of people',
  },
  {
    why: 'who may view may write',
    change: on('ClusterRole', `${OPERATOR}-view`, withRule(rule('secrets-operator.io', 'awssecrets', 'patch'))),
    says: 'may patch awssecrets.secrets-operator.io',
  },
  {
    why: 'who may edit may read all Secrets',
    change: on('ClusterRole', `${OPERATOR}-edit`, withRule(rule('', 'secrets', 'list'))),
    says: 'may list secrets',
  },
  {
    why: 'who may edit may forge a status',
    change: on('ClusterRole', `${OPERATOR}-edit`, withRule(rule('secrets-operator.io', 'awssecrets/status', 'patch'))),
    says: 'may patch awssecrets.secrets-operator.io/status',
  },
  {
    why: 'a role for nobody, to be bound by hand',
    add: extra('ClusterRole', 'spare', { rules: [rule('', 'secrets', 'get')] }),
    says: 'ClusterRole spare is bound to nobody',
  },
];

describe('a planted defect is caught', () => {
  test.each(planted)('$why', ({ values = {}, change = keep, add, says }) => {
    const manifests = [...render(values).map(change), ...(add === undefined ? [] : [add])];
    expect(rbacDefects(manifests).join('\n')).toContain(says);
  });
});

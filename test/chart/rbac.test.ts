import type { V1ClusterRole, V1ClusterRoleBinding, V1PolicyRule, V1Role, V1RoleBinding } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { ofKind, render } from './helm.ts';

const scopes = [
  { name: 'all namespaces', values: {} },
  { name: 'a list of namespaces', values: { watchNamespaces: ['shop', 'billing'] } },
];

const roles = (values: unknown) => {
  const manifests = render(values);
  return [...ofKind<V1ClusterRole>(manifests, 'ClusterRole'), ...ofKind<V1Role>(manifests, 'Role')];
};
const rulesOf = (role: V1Role | V1ClusterRole): readonly V1PolicyRule[] => role.rules ?? [];
const grants = (rules: readonly V1PolicyRule[]) =>
  rules.flatMap(rule => (rule.resources ?? []).map(resource => `${resource}: ${rule.verbs.join(' ')}`));
const touches = (resource: string) => (role: V1Role | V1ClusterRole) =>
  rulesOf(role).some(rule => rule.resources?.includes(resource));

const needed = (...verbs: readonly string[]) => [
  'awssecrets: get list watch',
  'awssecrets/status: patch',
  ['secrets: get list watch create patch', ...verbs].join(' '),
  'events: create',
];
const forRollouts = [
  'deployments: list watch patch',
  'statefulsets: list watch patch',
  'daemonsets: list watch patch',
  'rollouts: list watch patch',
  'cronjobs: list watch',
  'jobs: list watch',
  'pods: list',
  'pods/eviction: create',
];

const granted = [
  { values: {}, expected: [...needed('delete'), ...forRollouts], why: 'each verb is one that the operator uses' },
  {
    values: { rollout: { enabled: false } },
    expected: needed(),
    why: 'who knows no workload restarts and deletes nothing',
  },
];

test.each(granted)('grants exactly $expected because $why', ({ values, expected }) => {
  const [cluster] = ofKind<V1ClusterRole>(render(values), 'ClusterRole').filter(touches('secrets'));
  expect(grants(cluster?.rules ?? [])).toEqual(expected);
  const listed = ofKind<V1Role>(render({ ...values, watchNamespaces: ['shop'] }), 'Role');
  expect(grants(listed.find(role => role.metadata?.namespace === 'shop')?.rules ?? [])).toEqual(expected);
});

test('a list of namespaces gives a Role and a binding in each, and no ClusterRole that reaches Secrets or workloads', () => {
  const manifests = render({ watchNamespaces: ['shop', 'billing'] });
  const cluster = ofKind<V1ClusterRole>(manifests, 'ClusterRole');
  for (const resource of ['secrets', 'pods', 'pods/eviction', 'deployments', 'statefulsets', 'rollouts']) {
    expect(cluster.filter(touches(resource)), resource).toEqual([]);
  }
  expect(ofKind(manifests, 'ClusterRoleBinding')).toEqual([]);
  for (const kind of ['Role', 'RoleBinding']) {
    const places = ofKind(manifests, kind).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    expect(places.sort()).toEqual([
      'billing/rel-secrets-operator',
      'ops/rel-secrets-operator-self',
      'shop/rel-secrets-operator',
    ]);
  }
});

test.each(scopes)('every binding is for the operator and names a role that exists, with $name', ({ values }) => {
  const manifests = render({ ...values, serviceAccount: { name: 'reader' } });
  const bindings = [
    ...ofKind<V1ClusterRoleBinding>(manifests, 'ClusterRoleBinding'),
    ...ofKind<V1RoleBinding>(manifests, 'RoleBinding'),
  ];
  expect(bindings.length).toBeGreaterThan(0);
  for (const { roleRef, subjects, metadata } of bindings) {
    expect(subjects).toEqual([{ kind: 'ServiceAccount', name: 'reader', namespace: 'ops' }]);
    const found = ofKind(manifests, roleRef.kind).filter(
      role => role.metadata.name === roleRef.name && role.metadata.namespace === metadata?.namespace,
    );
    expect(found).toHaveLength(1);
  }
});

test('beside itself it may read one Secret and keep one lease by name, and tell of itself, whatever it watches', () => {
  const [own] = ofKind<V1Role>(render({ watchNamespaces: ['shop'] }), 'Role').filter(
    role => role.metadata?.namespace === 'ops',
  );
  expect(own?.rules).toEqual([
    { apiGroups: [''], resources: ['secrets'], resourceNames: ['secrets-operator-key'], verbs: ['get'] },
    { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
    {
      apiGroups: ['coordination.k8s.io'],
      resources: ['leases'],
      resourceNames: ['rel-secrets-operator'],
      verbs: ['get', 'patch'],
    },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create'] },
  ]);
  const elsewhere = roles({ watchNamespaces: ['shop'] }).filter(role => role.metadata?.namespace !== 'ops');
  expect(elsewhere.filter(touches('leases'))).toEqual([]);
});

const people = [
  { role: 'rel-secrets-operator-view', into: ['view', 'edit', 'admin'], writes: false, why: 'names are no secrets' },
  { role: 'rel-secrets-operator-edit', into: ['edit', 'admin'], writes: true, why: 'it is the app team’s own object' },
];

test.each(people)('$role goes into $into because $why', ({ role, into, writes }) => {
  const [found] = ofKind<V1ClusterRole>(render(), 'ClusterRole').filter(({ metadata }) => metadata?.name === role);
  const labels = Object.keys(found?.metadata?.labels ?? {}).filter(label => label.includes('aggregate-to-'));
  expect(labels.map(label => label.split('aggregate-to-')[1])).toEqual(into);
  expect(found?.rules?.map(rule => rule.resources)).toEqual([['awssecrets']]);
  expect(found?.rules?.some(rule => rule.verbs.includes('create'))).toBe(writes);
});

const scopesOfTokens = [...scopes, { name: 'no restarts', values: { rollout: { enabled: false } } }];

test.each(scopesOfTokens)('nobody gets a right on ServiceAccounts or their tokens, with $name', ({ values }) => {
  const granted = roles(values).flatMap(role => grants(rulesOf(role)));
  expect(granted.filter(grant => /serviceaccounts|\*|impersonate|escalate|bind/.test(grant))).toEqual([]);
  expect(granted.length).toBeGreaterThan(5);
});

test('rbac.create and rbac.aggregate take all of it away', () => {
  const manifests = render({ rbac: { create: false, aggregate: false } });
  expect(manifests.filter(({ apiVersion }) => apiVersion.startsWith('rbac.'))).toEqual([]);
});

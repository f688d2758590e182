import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reservedTags, sessionTags } from './session-tags.ts';

const rows = [
  {
    why: 'the namespace is always told',
    tags: {},
    clusterName: undefined,
    is: { 'secrets-operator/namespace': 'shop' },
  },
  {
    why: 'the cluster where it has a name',
    tags: {},
    clusterName: 'prod-1',
    is: { 'secrets-operator/namespace': 'shop', 'secrets-operator/cluster': 'prod-1' },
  },
  {
    why: 'beside those of the spec',
    tags: { team: 'payments' },
    clusterName: undefined,
    is: { team: 'payments', 'secrets-operator/namespace': 'shop' },
  },
  {
    why: 'and against them',
    tags: { 'secrets-operator/namespace': 'ops', 'secrets-operator/cluster': 'prod-2' },
    clusterName: 'prod-1',
    is: { 'secrets-operator/namespace': 'shop', 'secrets-operator/cluster': 'prod-1' },
  },
];

for (const { why, tags, clusterName, is } of rows) {
  test(`a session is tagged: ${why}`, () => {
    const given = sessionTags(tags, { namespace: 'shop', clusterName });
    expect(Object.fromEntries(given.map(({ Key, Value }) => [Key, Value]))).toEqual(is);
  });
}

test('nothing that begins with kubernetes- is ever set: Pod Identity’s are transitive, and a repeated key fails', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.string()),
      fc.option(fc.string(), { nil: undefined }),
      (tags, clusterName) => {
        if (reservedTags(tags).length > 0) return;
        for (const { Key } of sessionTags(tags, { namespace: 'shop', clusterName })) {
          expect(Key.toLowerCase()).not.toMatch(/^(kubernetes-|eks-)/);
        }
      },
    ),
  );
});

const keys = [
  { key: 'secrets-operator/namespace', isReserved: true, why: 'policies trust it' },
  { key: 'Secrets-Operator/Cluster', isReserved: true, why: 'AWS reads it as the same key' },
  { key: 'kubernetes-namespace', isReserved: true, why: 'EKS Pod Identity sets it' },
  { key: 'EKS-cluster-name', isReserved: true, why: 'the same' },
  { key: 'team', isReserved: false, why: 'it is the user’s own' },
  { key: 'my-kubernetes-namespace', isReserved: false, why: 'it only ends so' },
];

for (const { key, isReserved, why } of keys) {
  test(`${key} is reserved: ${isReserved}, because ${why}`, () => {
    expect(reservedTags({ [key]: 'x' })).toEqual(isReserved ? [key] : []);
  });
}

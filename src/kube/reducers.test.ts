import { expect, test } from 'vitest';
import { anAwsSecret, aSecret } from '../../test/support/builders.ts';
import { mark } from '../../test/support/canary.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { createReducers } from './reducers.ts';
import { createSharing } from './watch/sharing.ts';

test('no value of a Secret is among the texts that are shared', () => {
  const value = mark();
  const shared: object[] = [];
  const note = <T extends object>(object: T): T => {
    shared.push(object);
    return object;
  };
  const metadata = aSecret({ annotations: { 'kubectl.kubernetes.io/last-applied-configuration': value } });
  const body = { metadata, data: { password: value }, stringData: { password: value } };
  expect(createReducers({ texts: note, whole: note }).secret(body).uid).toBe(metadata.uid);
  expect(shared).toHaveLength(1);
  expect(JSON.stringify(shared)).not.toContain(value);
});

test('AwsSecrets share what most of them ask for, and are otherwise as they came', () => {
  const reduce = createReducers(createSharing(createFakeClock()));
  const [a, b] = ['a', 'b'].map(name => {
    const awsSecret = anAwsSecret({ metadata: { name, uid: name } });
    const { namespace, resourceVersion, generation } = awsSecret.metadata;
    return { ...awsSecret, metadata: { namespace, name, uid: name, resourceVersion, generation } };
  });
  const [first, second] = [a, b].map(object => reduce.awsSecret(structuredClone(object)));
  expect([first, second]).toEqual([a, b]);
  expect(second?.spec.target).toBe(first?.spec.target);
  expect(second?.spec.rollout).toBe(first?.spec.rollout);
});

test('a spec without what the CRD of this version gives is held as it is', () => {
  const { spec, ...others } = anAwsSecret();
  const bare = { ...others, spec: { dataFrom: spec.dataFrom } };
  expect(createReducers(createSharing(createFakeClock())).awsSecret(structuredClone(bare)).spec).toEqual(bare.spec);
});

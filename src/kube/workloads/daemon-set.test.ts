import type { V1DaemonSet } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { reduceDaemonSet } from './daemon-set.ts';

const metadata = { name: 'agent', namespace: 'shop', uid: 'u', resourceVersion: '1', generation: 2 };

/** On four nodes, all updated. */
function daemonSet({ spec = {}, status = {} }: { spec?: object; status?: object } = {}): V1DaemonSet {
  const podSpec = { containers: [{ name: 'main', envFrom: [{ secretRef: { name: 'db' } }] }] };
  return {
    metadata,
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      template: { spec: podSpec },
      updateStrategy: { type: 'RollingUpdate' },
      ...spec,
    },
    status: {
      observedGeneration: 2,
      currentNumberScheduled: 4,
      desiredNumberScheduled: 4,
      numberMisscheduled: 0,
      numberReady: 4,
      updatedNumberScheduled: 4,
      numberAvailable: 4,
      ...status,
    },
  };
}

test('a DaemonSet is reduced to what a restart depends on', () => {
  expect(reduceDaemonSet(daemonSet())).toEqual({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'shop', uid: 'u', resourceVersion: '1' },
    replacement: 'rolling',
    podSelector: 'app=agent',
    templateAnnotations: {},
    uses: [{ secretName: 'db', container: 'main', how: 'envFrom', optional: false }],
    progress: { isComplete: true, isPaused: false, isStuck: false, updated: 4, desired: 4 },
  });
});

test('an object with nothing in it does not throw, and one whose pods use no Secret is not held', () => {
  expect(reduceDaemonSet({ metadata })).toBeUndefined();
  expect(reduceDaemonSet(daemonSet({ spec: { template: { spec: { containers: [] } } } }))).toBeUndefined();
});

test('with OnDelete its pods are replaced by hand', () => {
  expect(reduceDaemonSet(daemonSet({ spec: { updateStrategy: { type: 'OnDelete' } } }))?.replacement).toBe('onDelete');
  expect(reduceDaemonSet(daemonSet({ spec: { updateStrategy: undefined } }))?.replacement).toBe('rolling');
});

const progress = [
  { why: 'every node has an updated pod', status: {}, is: { isComplete: true } },
  {
    why: 'its controller has not seen the generation yet',
    status: { observedGeneration: 1 },
    is: { isComplete: false },
  },
  { why: 'its controller has said nothing yet', status: { observedGeneration: undefined }, is: { isComplete: false } },
  { why: 'one node has an old pod', status: { updatedNumberScheduled: 3 }, is: { isComplete: false, updated: 3 } },
  {
    why: 'a status that leaves out what is 0',
    status: { updatedNumberScheduled: undefined, numberAvailable: undefined },
    is: { isComplete: false, updated: 0 },
  },
  { why: 'one updated pod is not available', status: { numberAvailable: 3 }, is: { isComplete: false, updated: 4 } },
  {
    why: 'a pod on a node where none should be any more is not waited for',
    status: { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3, numberMisscheduled: 1 },
    is: { isComplete: true, desired: 3 },
  },
  {
    why: 'no node wants it',
    status: { desiredNumberScheduled: 0, updatedNumberScheduled: undefined, numberAvailable: undefined },
    is: { isComplete: true, desired: 0 },
  },
];

for (const { why, status, is } of progress) {
  test(`progress: ${why}`, () => {
    expect(reduceDaemonSet(daemonSet({ status }))?.progress).toMatchObject({ isPaused: false, isStuck: false, ...is });
  });
}

import type { V1StatefulSet } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { reduceStatefulSet } from './stateful-set.ts';

const metadata = { name: 'db', namespace: 'shop', uid: 'u', resourceVersion: '1', generation: 2 };

/** Three replicas, all updated; one revision. */
function statefulSet({ spec = {}, status = {} }: { spec?: object; status?: object } = {}): V1StatefulSet {
  const podSpec = { containers: [{ name: 'main', envFrom: [{ secretRef: { name: 'db' } }] }] };
  return {
    metadata,
    spec: {
      selector: { matchLabels: { app: 'db' } },
      serviceName: 'db',
      replicas: 3,
      template: { spec: podSpec },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      ...spec,
    },
    status: {
      observedGeneration: 2,
      replicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
      currentRevision: 'db-a',
      updateRevision: 'db-a',
      ...status,
    },
  };
}

test('a StatefulSet is reduced to what a restart depends on', () => {
  expect(reduceStatefulSet(statefulSet())).toEqual({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'shop', uid: 'u', resourceVersion: '1' },
    replacement: 'rolling',
    podSelector: 'app=db',
    templateAnnotations: {},
    uses: [{ secretName: 'db', container: 'main', how: 'envFrom', optional: false }],
    progress: { isComplete: true, isPaused: false, isStuck: false, updated: 3, desired: 3 },
  });
});

test('an object with nothing in it does not throw, and one whose pods use no Secret is not held', () => {
  expect(reduceStatefulSet({ metadata })).toBeUndefined();
  expect(reduceStatefulSet(statefulSet({ spec: { template: { spec: { containers: [] } } } }))).toBeUndefined();
});

const strategies = [
  { why: 'RollingUpdate', spec: {}, is: 'rolling' },
  { why: 'none, as old objects may have it', spec: { updateStrategy: undefined }, is: 'rolling' },
  { why: 'OnDelete', spec: { updateStrategy: { type: 'OnDelete' } }, is: 'onDelete' },
];
for (const { why, spec, is } of strategies) {
  test(`its pods are replaced ${is}: ${why}`, () => {
    expect(reduceStatefulSet(statefulSet({ spec }))?.replacement).toBe(is);
  });
}

const rollingTo = { currentRevision: 'db-a', updateRevision: 'db-b' };
const partition = (ordinal: number) => ({ updateStrategy: { rollingUpdate: { partition: ordinal } } });
const progress = [
  { why: 'all replicas are updated and available', parts: {}, is: { isComplete: true, updated: 3, desired: 3 } },
  {
    why: 'its controller has not seen the generation yet',
    parts: { status: { observedGeneration: 1 } },
    is: { isComplete: false },
  },
  {
    why: 'its controller has said nothing yet',
    parts: { status: { observedGeneration: undefined } },
    is: { isComplete: false },
  },
  {
    why: 'two of three are updated',
    parts: { status: { ...rollingTo, updatedReplicas: 2, currentReplicas: 1 } },
    is: { isComplete: false, updated: 2 },
  },
  {
    why: 'a status that leaves out what is 0',
    parts: { status: { ...rollingTo, updatedReplicas: undefined, availableReplicas: undefined } },
    is: { isComplete: false, updated: 0 },
  },
  {
    why: 'the last one is not available yet',
    parts: { status: { ...rollingTo, availableReplicas: 2 } },
    is: { isComplete: false, updated: 3 },
  },
  {
    why: 'its template was taken back before all were updated: the revisions are equal at once, the pods are not',
    parts: { status: { updatedReplicas: 1, currentReplicas: 1 } },
    is: { isComplete: false, updated: 1 },
  },
  {
    why: 'those below the partition keep their revision, and are not waited for',
    parts: { spec: partition(2), status: { ...rollingTo, updatedReplicas: 1, currentReplicas: 2 } },
    is: { isComplete: true, updated: 1, desired: 1 },
  },
  {
    why: 'those above the partition are',
    parts: { spec: partition(1), status: { ...rollingTo, updatedReplicas: 1, currentReplicas: 2 } },
    is: { isComplete: false, updated: 1, desired: 2 },
  },
  {
    why: 'those below the partition have to be available all the same',
    parts: { spec: partition(2), status: { ...rollingTo, updatedReplicas: 1, availableReplicas: 2 } },
    is: { isComplete: false },
  },
  {
    why: 'more are updated than the partition asks for',
    parts: { spec: partition(2) },
    is: { isComplete: true, updated: 1, desired: 1 },
  },
  {
    why: 'the partition leaves nobody to update',
    parts: { spec: partition(5), status: { ...rollingTo, updatedReplicas: undefined } },
    is: { isComplete: true, updated: 0, desired: 0 },
  },
  {
    why: 'with OnDelete the current revision stays what it was, though every pod has been deleted',
    parts: { spec: { updateStrategy: { type: 'OnDelete' } }, status: rollingTo },
    is: { isComplete: true },
  },
  {
    why: 'one replica is the default',
    parts: { spec: { replicas: undefined }, status: { replicas: 1, updatedReplicas: 1, availableReplicas: 1 } },
    is: { isComplete: true, desired: 1 },
  },
  {
    why: 'scaled to nothing, it is complete',
    parts: { spec: { replicas: 0 }, status: { replicas: 0, updatedReplicas: undefined, availableReplicas: undefined } },
    is: { isComplete: true, desired: 0 },
  },
];

for (const { why, parts, is } of progress) {
  test(`progress: ${why}`, () => {
    expect(reduceStatefulSet(statefulSet(parts))?.progress).toMatchObject({ isPaused: false, isStuck: false, ...is });
  });
}

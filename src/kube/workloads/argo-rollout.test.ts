import { expect, test } from 'vitest';
import { reduceArgoRollout } from './argo-rollout.ts';

const metadata = { name: 'app', namespace: 'shop', uid: 'u', resourceVersion: '1', generation: 12 };

/** Two healthy replicas. */
function rollout({ spec = {}, status = {} }: { spec?: object; status?: object } = {}) {
  const podSpec = { containers: [{ name: 'main', envFrom: [{ secretRef: { name: 'db' } }] }] };
  return {
    metadata,
    spec: { replicas: 2, selector: { matchLabels: { app: 'app' } }, template: { spec: podSpec }, ...spec },
    status: { observedGeneration: '12', phase: 'Healthy', updatedReplicas: 2, ...status },
  };
}

test('a Rollout is reduced to what a restart depends on', () => {
  expect(reduceArgoRollout(rollout())).toEqual({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'app', namespace: 'shop', uid: 'u', resourceVersion: '1' },
    replacement: 'rolling',
    podSelector: 'app=app',
    templateAnnotations: {},
    uses: [{ secretName: 'db', container: 'main', how: 'envFrom', optional: false }],
    progress: { isComplete: true, isPaused: false, isStuck: false, updated: 2, desired: 2 },
  });
});

test('one that refers to a Deployment is not held: that is the one to restart', () => {
  const workloadRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'app' };
  expect(reduceArgoRollout(rollout({ spec: { workloadRef, template: undefined } }))).toBeUndefined();
});

test('an object with nothing in it does not throw', () => {
  expect(reduceArgoRollout({ metadata })).toBeUndefined();
  expect(reduceArgoRollout({})).toBeUndefined();
});

const nothing = { isComplete: false, isPaused: false, isStuck: false };
const progress = [
  { why: 'Healthy', parts: {}, is: { ...nothing, isComplete: true } },
  {
    why: 'Progressing',
    parts: { status: { phase: 'Progressing', updatedReplicas: 1 } },
    is: { ...nothing, updated: 1 },
  },
  {
    why: 'Paused: a canary step waits for somebody',
    parts: { status: { phase: 'Paused' } },
    is: { ...nothing, isPaused: true },
  },
  {
    why: 'Degraded: aborted, or past its deadline',
    parts: { status: { phase: 'Degraded' } },
    is: { ...nothing, isStuck: true },
  },
  {
    why: 'paused by its spec, though its controller has not said so',
    parts: { spec: { paused: true }, status: { phase: 'Progressing' } },
    is: { ...nothing, isPaused: true },
  },
  ...['Healthy', 'Paused', 'Degraded'].map(phase => ({
    why: `${phase}, of a former generation`,
    parts: { status: { phase, observedGeneration: '9' } },
    is: nothing,
  })),
  { why: 'its controller has said nothing yet', parts: { status: { observedGeneration: undefined } }, is: nothing },
  {
    why: 'its controller is older than 1.0, and tells a hash',
    parts: { status: { observedGeneration: '5c9d7f8b6' } },
    is: nothing,
  },
  {
    why: 'one replica is the default',
    parts: { spec: { replicas: undefined }, status: { updatedReplicas: undefined } },
    is: { updated: 0, desired: 1 },
  },
];

for (const { why, parts, is } of progress) {
  test(`progress: ${why}`, () => expect(reduceArgoRollout(rollout(parts))?.progress).toMatchObject(is));
}

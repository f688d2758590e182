import { expect, test } from 'vitest';
import { reduceDeployment } from './deployment.ts';

const metadata = { name: 'app', namespace: 'shop', uid: 'u', resourceVersion: '1', generation: 2 };

function deployment({
  spec = {},
  status = {},
  template = {},
}: {
  spec?: object;
  status?: object;
  template?: object;
} = {}) {
  const selector = { matchLabels: { app: 'app' } };
  const podSpec = { containers: [{ name: 'main', envFrom: [{ secretRef: { name: 'db' } }] }] };
  const full = { metadata: {}, spec: podSpec, ...template };
  return {
    metadata,
    spec: { selector, replicas: 2, template: full, ...spec },
    status: { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2, ...status },
  };
}

test('a Deployment is reduced to what a restart depends on', () => {
  expect(reduceDeployment(deployment())).toEqual({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'app', namespace: 'shop', uid: 'u', resourceVersion: '1' },
    replacement: 'rolling',
    podSelector: 'app=app',
    templateAnnotations: {},
    uses: [{ secretName: 'db', container: 'main', how: 'envFrom', optional: false }],
    progress: { isComplete: true, isPaused: false, isStuck: false, updated: 2, desired: 2 },
  });
});

test('Recreate replaces the pods too, all at once', () => {
  expect(reduceDeployment(deployment({ spec: { strategy: { type: 'Recreate' } } }))?.replacement).toBe('rolling');
});

test('an object with nothing in it does not throw: the reflector must not stumble', () => {
  expect(reduceDeployment({ metadata })).toBeUndefined();
  const { template } = deployment().spec;
  expect(reduceDeployment({ metadata, spec: { selector: {}, template } })).toMatchObject({ podSelector: '' });
});

const stuck = { conditions: [{ type: 'Progressing', reason: 'ProgressDeadlineExceeded' }] };
const progress = [
  { why: 'all replicas are updated and available', parts: {}, is: { isComplete: true } },
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
    why: 'not all replicas are updated',
    parts: { status: { updatedReplicas: 1 } },
    is: { isComplete: false, updated: 1 },
  },
  { why: 'old replicas are still there', parts: { status: { replicas: 3 } }, is: { isComplete: false } },
  { why: 'not all are available', parts: { status: { availableReplicas: 1 } }, is: { isComplete: false } },
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
  { why: 'paused', parts: { spec: { paused: true } }, is: { isPaused: true } },
  { why: 'its controller gave up', parts: { status: stuck }, is: { isStuck: true } },
  {
    why: 'its controller gave up on a former generation',
    parts: { status: { ...stuck, observedGeneration: 1 } },
    is: { isStuck: false },
  },
  {
    why: 'it makes progress',
    parts: { status: { conditions: [{ type: 'Progressing', reason: 'ReplicaSetUpdated' }] } },
    is: { isStuck: false },
  },
];

for (const { why, parts, is } of progress) {
  test(`progress: ${why}`, () => expect(reduceDeployment(deployment(parts))?.progress).toMatchObject(is));
}

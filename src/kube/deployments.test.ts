import { expect, test } from 'vitest';
import { formatSelector, indexWorkload, reduceDeployment } from './deployments.ts';

const selectors = [
  { why: 'a label', selector: { matchLabels: { app: 'web' } }, text: 'app=web' },
  {
    why: 'several labels',
    selector: { matchLabels: { app: 'web', 'app.kubernetes.io/part-of': 'shop' } },
    text: 'app=web,app.kubernetes.io/part-of=shop',
  },
  { why: 'an empty value', selector: { matchLabels: { app: '' } }, text: 'app=' },
  {
    why: 'In',
    selector: { matchExpressions: [{ key: 'tier', operator: 'In', values: ['a', 'b'] }] },
    text: 'tier in (a,b)',
  },
  {
    why: 'NotIn',
    selector: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['a', 'b'] }] },
    text: 'tier notin (a,b)',
  },
  { why: 'Exists', selector: { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, text: 'tier' },
  { why: 'DoesNotExist', selector: { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, text: '!tier' },
  {
    why: 'labels and expressions',
    selector: {
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['a'] },
        { key: 'x', operator: 'Exists' },
      ],
    },
    text: 'app=web,tier in (a),x',
  },
];

for (const { why, selector, text } of selectors) {
  test(`a selector as the API takes it: ${why}`, () => expect(formatSelector(selector)).toBe(text));
}

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
  const annotations = {
    'restart.secrets-operator.io/db': 'k.a',
    'kubectl.kubernetes.io/restartedAt': 'x',
    'secrets-operator.io/x': 'y',
  };
  const managedFields = [{ manager: 'kubectl' }];
  const object = {
    ...deployment({ template: { metadata: { annotations } } }),
    metadata: { ...metadata, managedFields, selfLink: '/x' },
  };
  expect(reduceDeployment(object)).toEqual({
    kind: 'Deployment',
    metadata: { name: 'app', namespace: 'shop', uid: 'u', resourceVersion: '1' },
    podSelector: 'app=app',
    templateAnnotations: { 'restart.secrets-operator.io/db': 'k.a' },
    uses: [{ secretName: 'db', container: 'main', how: 'envFrom', optional: false }],
    progress: { isComplete: true, isPaused: false, isStuck: false, updated: 2, desired: 2 },
  });
});

test('owners and annotations are kept: they may exempt it', () => {
  const own = {
    ...metadata,
    annotations: { 'secrets-operator.io/restart': 'ignore' },
    ownerReferences: [{ kind: 'App' }],
  };
  const reduced = reduceDeployment({ ...deployment(), metadata: own });
  expect(reduced.metadata).toMatchObject({ annotations: own.annotations, ownerReferences: own.ownerReferences });
});

test('an object with nothing in it does not throw: the reflector must not stumble', () => {
  const reduced = reduceDeployment({ metadata });
  expect(reduced).toMatchObject({ podSelector: '', templateAnnotations: {}, uses: [] });
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
];

for (const { why, parts, is } of progress) {
  test(`progress: ${why}`, () => expect(reduceDeployment(deployment(parts)).progress).toMatchObject(is));
}

test('a workload is found by each Secret that it uses, once', () => {
  const containers = [
    { name: 'a', envFrom: [{ secretRef: { name: 'db' } }, { secretRef: { name: 'tls' } }] },
    { name: 'b', envFrom: [{ secretRef: { name: 'db' } }] },
  ];
  expect(indexWorkload(reduceDeployment(deployment({ template: { spec: { containers } } })))).toEqual([
    'shop/db',
    'shop/tls',
  ]);
});

import { expect, test } from 'vitest';
import { aWorkload } from '../../../test/support/builders.ts';
import { answered, fakeTransport, refused } from '../../../test/support/fake-transport.ts';
import type { Workload } from '../../controller/rollout/workload.ts';
import { createPodReader, podContainers } from './pods.ts';

const T = '2030-01-01T00:00:00Z';
const AT = Date.parse(T);

/** A pod as JSON brings it: times are text, whatever the generated types say. */
function aPod(status: object, metadata: object = {}): Parameters<typeof podContainers>[0] {
  return { metadata: { name: 'p', uid: 'p-uid', ...metadata }, status: { phase: 'Running', ...status } };
}

const running = { name: 'main', state: { running: { startedAt: T } } };
const rows: readonly {
  readonly why: string;
  readonly pod: ReturnType<typeof aPod>;
  readonly started: readonly string[];
}[] = [
  { why: 'a container that runs', pod: aPod({ containerStatuses: [running] }), started: ['main'] },
  {
    why: 'a container that waits has not started',
    pod: aPod({ containerStatuses: [{ name: 'main', state: { waiting: {} } }] }),
    started: [],
  },
  {
    why: 'a container that ended will start anew',
    pod: aPod({ containerStatuses: [{ name: 'main', state: { terminated: { startedAt: T } } }] }),
    started: [],
  },
  {
    why: 'an init container that ran: what it made is still in use',
    pod: aPod({ initContainerStatuses: [{ name: 'init', state: { terminated: { startedAt: T } } }] }),
    started: ['init'],
  },
  {
    why: 'an init container that runs',
    pod: aPod({ initContainerStatuses: [{ name: 'init', state: { running: { startedAt: T } } }] }),
    started: ['init'],
  },
  {
    why: 'an init container that waits',
    pod: aPod({ initContainerStatuses: [{ name: 'init', state: { waiting: {} } }] }),
    started: [],
  },
  {
    why: 'a pod that is being deleted',
    pod: aPod({ containerStatuses: [running] }, { deletionTimestamp: T }),
    started: [],
  },
  { why: 'a pod that succeeded', pod: aPod({ phase: 'Succeeded', containerStatuses: [running] }), started: [] },
  { why: 'a pod that failed', pod: aPod({ phase: 'Failed', containerStatuses: [running] }), started: [] },
  { why: 'a pod that no node has taken', pod: aPod({ phase: 'Pending' }), started: [] },
  { why: 'a pod without a status', pod: { metadata: { name: 'p', uid: 'p-uid' } }, started: [] },
];

for (const { why, pod, started } of rows) {
  test(why, () => {
    const of = { name: 'p', uid: 'p-uid' };
    const containers = started.map(container => ({
      pod: of,
      isReplaced: true,
      container,
      mountedSince: AT,
      startedAt: AT,
    }));
    expect(podContainers(pod, true), 'without the time of its pod its own counts').toEqual(containers);
  });
}

const pulling = { name: 'main', state: { waiting: { reason: 'ContainerCreating' } } };
const mounted: readonly {
  readonly why: string;
  readonly statuses: object;
  readonly started: readonly (readonly [container: string, startedAt: number])[];
}[] = [
  {
    why: 'a container that runs',
    statuses: { containerStatuses: [running] },
    started: [['main', AT]],
  },
  {
    why: 'an image is being pulled: the volumes are there',
    statuses: { containerStatuses: [pulling] },
    started: [['main', Number.POSITIVE_INFINITY]],
  },
  {
    why: 'no state is told: that is waiting',
    statuses: { containerStatuses: [{ name: 'main' }] },
    started: [['main', Number.POSITIVE_INFINITY]],
  },
  {
    why: 'the init container runs, and the other waits for it',
    statuses: { initContainerStatuses: [{ ...running, name: 'init' }], containerStatuses: [pulling] },
    started: [
      ['init', AT],
      ['main', Number.POSITIVE_INFINITY],
    ],
  },
  {
    why: 'a container that crashed and waits will start anew',
    statuses: { containerStatuses: [{ ...pulling, lastState: { terminated: { startedAt: T } } }] },
    started: [],
  },
  {
    why: 'a container that has just ended will start anew',
    statuses: { containerStatuses: [{ name: 'main', state: { terminated: { startedAt: T } } }] },
    started: [],
  },
];
for (const { why, statuses, started } of mounted) {
  test(`volumes are as old as the pod: ${why}`, () => {
    const pod = aPod({ startTime: '2029-12-31T23:59:00Z', ...statuses });
    const containers = started.map(([container, startedAt]) => {
      return { pod: { name: 'p', uid: 'p-uid' }, isReplaced: true, container, mountedSince: AT - 60_000, startedAt };
    });
    expect(podContainers(pod, true)).toEqual(containers);
  });
}

const page = (items: readonly object[], next?: string) =>
  answered({ metadata: next === undefined ? {} : { continue: next }, items });

test('all pages are read, by the selector of the workload', async () => {
  const one = (name: string) => [aPod({ containerStatuses: [running] }, { name })];
  const { transport, calls } = fakeTransport(page(one('a'), 'more'), page(one('b')));
  const read = await createPodReader(transport).podContainers(aWorkload());
  expect(read.ok && read.value.map(({ pod }) => pod.name)).toEqual(['a', 'b']);
  expect(calls.map(({ path }) => path)).toEqual(['/api/v1/namespaces/shop/pods', '/api/v1/namespaces/shop/pods']);
  expect(calls.map(({ query }) => query)).toEqual([
    { labelSelector: 'app=app', limit: '500' },
    { labelSelector: 'app=app', limit: '500', continue: 'more' },
  ]);
});

test('half a list is no list: a page that is refused fails the whole', async () => {
  const { transport } = fakeTransport(page([], 'more'), refused(403, 'Forbidden'));
  const read = await createPodReader(transport).podContainers(aWorkload());
  expect(read).toMatchObject({ ok: false, error: { reason: 'WriteRefused' } });
  expect(!read.ok && read.error.message).toContain('list pods in namespace shop');
});

const owner = (kind: string, uid: string, controller = true) => ({
  apiVersion: 'v1',
  kind,
  name: 'x',
  uid,
  controller,
});
const owners: readonly {
  readonly why: string;
  readonly kind: Workload['kind'];
  readonly owners: readonly object[];
  readonly isCounted: boolean;
}[] = [
  { why: 'its own pod', kind: 'StatefulSet', owners: [owner('StatefulSet', 'app-uid')], isCounted: true },
  {
    why: 'of a ReplicaSet, which may have any name',
    kind: 'Deployment',
    owners: [owner('ReplicaSet', 'r')],
    isCounted: true,
  },
  { why: 'of a ReplicaSet too', kind: 'Rollout', owners: [owner('ReplicaSet', 'r')], isCounted: true },
  { why: 'a pod that nobody controls will be adopted', kind: 'DaemonSet', owners: [], isCounted: true },
  {
    why: 'an owner that is no controller says nothing',
    kind: 'StatefulSet',
    owners: [owner('App', 'x', false)],
    isCounted: true,
  },
  {
    why: 'of the StatefulSet, though something else owns it as well',
    kind: 'StatefulSet',
    owners: [owner('App', 'x', false), owner('StatefulSet', 'app-uid')],
    isCounted: true,
  },
  { why: 'of another StatefulSet', kind: 'StatefulSet', owners: [owner('StatefulSet', 'other')], isCounted: false },
  {
    why: 'of a StatefulSet that was deleted and made anew under its name',
    kind: 'StatefulSet',
    owners: [owner('StatefulSet', 'former-uid')],
    isCounted: false,
  },
  {
    why: 'of a Deployment that has the same labels',
    kind: 'DaemonSet',
    owners: [owner('ReplicaSet', 'r')],
    isCounted: false,
  },
  { why: 'of a Job that has the same labels', kind: 'Deployment', owners: [owner('Job', 'j')], isCounted: false },
  {
    why: 'of a DaemonSet that has the same labels',
    kind: 'Rollout',
    owners: [owner('DaemonSet', 'd')],
    isCounted: false,
  },
];

for (const { why, kind, owners: ownerReferences, isCounted } of owners) {
  test(`a pod that the selector of a ${kind} matches ${isCounted ? 'is' : 'is not'} counted: ${why}`, async () => {
    const pod = aPod({ containerStatuses: [running] }, { ownerReferences });
    const { transport } = fakeTransport(page([pod]));
    const read = await createPodReader(transport).podContainers(aWorkload({ kind }));
    expect(read.ok && read.value.length).toBe(isCounted ? 1 : 0);
  });
}

const made = (kind: string, name: string, uid = 'u') => [{ apiVersion: 'apps/v1', kind, name, uid, controller: true }];
const replaced = [
  { why: 'nobody', kind: 'Deployment', owners: [], is: false },
  { why: 'its ReplicaSet', kind: 'Deployment', owners: made('ReplicaSet', 'app-7d9f5c'), is: true },
  {
    why: 'the ReplicaSet of another whose name begins the same',
    kind: 'Deployment',
    owners: made('ReplicaSet', 'app-api-7d9f5c'),
    is: false,
  },
  { why: 'the ReplicaSet of a Rollout', kind: 'Rollout', owners: made('ReplicaSet', 'app-7d9f5c'), is: true },
  { why: 'itself', kind: 'StatefulSet', owners: made('StatefulSet', 'app', 'uid-of-app'), is: true },
] as const;
test.each(replaced)('whether $kind app makes another pod in place of one that was made by $why: $is', async row => {
  const { transport } = fakeTransport(page([aPod({ containerStatuses: [running] }, { ownerReferences: row.owners })]));
  const workload = aWorkload({ kind: row.kind, metadata: { ...aWorkload().metadata, name: 'app', uid: 'uid-of-app' } });
  const read = await createPodReader(transport).podContainers(workload);
  expect(read.ok && read.value.map(({ isReplaced }) => isReplaced)).toEqual([row.is]);
});

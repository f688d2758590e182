import { expect, test } from 'vitest';
import { aWorkload } from '../../test/support/builders.ts';
import { createPodReader, startedContainers } from './pods.ts';
import type { Call, Transport } from './transport.ts';

const T = '2030-01-01T00:00:00Z';
const AT = Date.parse(T);

/** A pod as JSON brings it: times are text, whatever the generated types say. */
function aPod(status: object, metadata: object = {}): Parameters<typeof startedContainers>[0] {
  return { metadata: { name: 'p', ...metadata }, status: { phase: 'Running', ...status } };
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
  { why: 'a pod without a status', pod: { metadata: { name: 'p' } }, started: [] },
];

for (const { why, pod, started } of rows) {
  test(why, () => {
    expect(startedContainers(pod)).toEqual(started.map(container => ({ pod: 'p', container, startedAt: AT })));
  });
}

/** An API server that gives these pages in turn; undefined refuses. */
function fakeTransport(pages: readonly (object | undefined)[]) {
  const calls: Call[] = [];
  const refusal = { ok: false, error: { status: 403, reason: 'Forbidden', fields: [], causes: [] } } as const;
  const transport: Transport = {
    async call(request) {
      calls.push(request);
      const value = pages[calls.length - 1];
      return value === undefined ? refusal : { ok: true, value };
    },
    stream: async () => refusal,
    close: async () => {},
  };
  return { calls, transport };
}

test('all pages are read, by the selector of the workload', async () => {
  const page = (name: string, next?: string) => ({
    metadata: next === undefined ? {} : { continue: next },
    items: [aPod({ containerStatuses: [running] }, { name })],
  });
  const { transport, calls } = fakeTransport([page('a', 'more'), page('b')]);
  const read = await createPodReader(transport).startedContainers(aWorkload());
  expect(read.ok && read.value.map(({ pod }) => pod)).toEqual(['a', 'b']);
  expect(calls.map(({ path }) => path)).toEqual(['/api/v1/namespaces/shop/pods', '/api/v1/namespaces/shop/pods']);
  expect(calls.map(({ query }) => query)).toEqual([
    { labelSelector: 'app=app', limit: '500' },
    { labelSelector: 'app=app', limit: '500', continue: 'more' },
  ]);
});

test('half a list is no list: a page that is refused fails the whole', async () => {
  const { transport } = fakeTransport([{ metadata: { continue: 'more' }, items: [] }]);
  const read = await createPodReader(transport).startedContainers(aWorkload());
  expect(read).toMatchObject({ ok: false, error: { reason: 'WriteRefused' } });
  expect(!read.ok && read.error.message).toContain('list pods in namespace shop');
});

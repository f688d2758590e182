import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { systemClock as clock } from '../../src/controller/runtime/system-clock.ts';
import {
  type Call,
  createTransport,
  type Transport,
  type TransportOptions,
} from '../../src/kube/transport/transport.ts';
import { watchEvents } from '../../src/kube/watch/watch-stream.ts';
import * as faults from '../support/fault-proxy/fault.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy/fault-proxy.ts';
import { until } from '../support/poll.ts';

/** What `createTransport` promises unless told otherwise. */
const SOCKETS = 32;
const WATCHES = 7;
const WAIT = { timeoutMs: 10_000, intervalMs: 10 } as const;
const namespace = `t-${randomUUID().slice(0, 8)}`;
const PATH = `/api/v1/namespaces/${namespace}/configmaps`;
const GET: Call = { method: 'GET', path: `${PATH}/one` };
const NO_ANSWER = { ok: false, error: { status: 0, reason: 'NoAnswer' } };

const access = inject('kube');
const open: Transport[] = [];
let proxy: FaultProxy;
beforeAll(async () => {
  proxy = await startFaultProxy({ kube: access, aws: {} });
  const admin = await connect();
  await admin.call({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } });
  expect(await admin.call(create('one'))).toMatchObject({ ok: true });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map(transport => transport.close()));
});
afterAll(() => proxy.stop());

/** To the real API server through the proxy, over TLS that is checked against its CA. */
async function connect(tokens: readonly string[] = [], options: Partial<TransportOptions> = {}): Promise<Transport> {
  let reads = 0;
  const transport = await createTransport({
    connection: {
      server: proxy.kube.url,
      namespace,
      isInCluster: false,
      tls: async () => ({ ca: await readFile(proxy.kube.certificateAuthority, 'utf8') }),
      async authorization(renew) {
        if (renew) reads += 1;
        return `Bearer ${tokens[reads] ?? proxy.kube.token}`;
      },
    },
    clock,
    userAgent: 'test',
    metrics: { requested: () => undefined },
    ...options,
  });
  open.push(transport);
  return transport;
}

function create(name: string, data: Readonly<Record<string, string>> = {}): Call {
  return { method: 'POST', path: PATH, body: { metadata: { name }, data } };
}

function times<T>(count: number, of: (i: number) => Promise<T>): Promise<readonly T[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => of(i)));
}

it('200 calls in a row, 200 at once and 7 watches take as many connections as promised, and keep them', async () => {
  const transport = await connect();
  const before = proxy.sockets.accepted.kube;
  const accepted = () => proxy.sockets.accepted.kube - before;
  const isFine = async () => (await transport.call(GET)).ok;

  for (let i = 0; i < 200; i += 1) expect(await isFine()).toBe(true);
  // A socket is free only a moment after its answer has ended.
  expect(accepted(), 'in a row').toBeLessThanOrEqual(2);

  const { signal } = new AbortController();
  const watch: Call = { method: 'GET', path: PATH, query: { watch: 'true' } };
  const opened = await times(WATCHES, () => transport.stream(watch, 60_000, signal));
  expect(opened.every(({ ok }) => ok)).toBe(true);
  expect(accepted(), 'one for each watch').toBeLessThanOrEqual(2 + WATCHES);

  expect((await times(200, isFine)).every(Boolean)).toBe(true);
  const most = accepted();
  expect(most, 'at once').toBeLessThanOrEqual(SOCKETS + WATCHES);
  await times(200, isFine);
  expect(accepted(), 'idle ones are used again').toBeLessThanOrEqual(SOCKETS + WATCHES);
  expect(proxy.sockets.open.kube, 'and none is closed').toBeGreaterThanOrEqual(most);
});

it('calls that take every socket keep no watch from opening, nor its events from coming', async () => {
  const transport = await connect();
  const outside = await connect();
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const end = proxy.inject(faults.delay(held), call => call.verb === 'get' && call.namespace === namespace);
  const first = proxy.calls.length;
  const calls = times(200, () => transport.call(GET));
  const waiting = () => proxy.calls.slice(first).filter(({ verb }) => verb === 'get').length;
  await until('every socket is taken', WAIT, () => waiting() === SOCKETS);

  const stop = new AbortController();
  const query = { watch: 'true', fieldSelector: 'metadata.name=seen' };
  const stream = await transport.stream({ method: 'GET', path: PATH, query }, 60_000, stop.signal);
  if (!stream.ok) throw new Error(`the watch was refused: ${stream.error.status}`);
  const event = watchEvents(stream.value).next();
  expect((await outside.call(create('seen'))).ok).toBe(true);
  expect((await event).value).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'seen' } } });
  expect(waiting(), 'meanwhile no call had an answer').toBe(SOCKETS);
  stop.abort();
  end();
  release();
  expect((await calls).every(({ ok }) => ok)).toBe(true);
});

it('a call that the server takes and never answers ends at its deadline, and the next one is answered', async () => {
  const transport = await connect([], { deadlineMs: 500 });
  proxy.inject(faults.hang(), ({ path }) => path === GET.path, 1);
  const startedAt = performance.now();
  expect(await transport.call(GET)).toMatchObject(NO_ANSWER);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  const end = proxy.blackhole('kube');
  expect(await transport.call(GET)).toMatchObject(NO_ANSWER);
  end();
  expect((await transport.call(GET)).ok).toBe(true);
});

it('a create whose answer is lost has made exactly one object', async () => {
  const transport = await connect();
  proxy.inject(faults.loseAnswer(), call => call.verb === 'create' && call.name === 'lost', 1);
  expect(await transport.call(create('lost'))).toMatchObject(NO_ANSWER);
  expect(proxy.calls.filter(({ verb, name }) => verb === 'create' && name === 'lost')).toHaveLength(1);
  expect(await transport.call(create('lost'))).toMatchObject({ error: { status: 409, reason: 'AlreadyExists' } });
});

it('a create that the server was too busy for is sent again, and makes exactly one object', async () => {
  const transport = await connect();
  const isOurs = (call: { verb: string; name?: string }) => call.verb === 'create' && call.name === 'busy';
  proxy.inject(faults.kubeError(429, undefined, { retryAfter: 1 }), isOurs, 1);
  const startedAt = performance.now();
  expect((await transport.call(create('busy'))).ok).toBe(true);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
  expect(proxy.calls.filter(isOurs).map(({ outcome }) => outcome?.status)).toEqual([429, 201]);
});

const tokens = [
  { why: 'is read anew when the server does not know it', tokens: ['wrong'], statuses: [401, 200], ok: true },
  { why: 'is read anew once only', tokens: ['wrong', 'bad', 'worse'], statuses: [401, 401], ok: false },
];
for (const { why, tokens: read, statuses, ok } of tokens) {
  it.each(['call', 'watch'])(`a token ${why}: %s`, async kind => {
    const transport = await connect(read);
    const first = proxy.calls.length;
    const result =
      kind === 'call'
        ? await transport.call(GET)
        : await transport.stream(
            { method: 'GET', path: PATH, query: { watch: 'true' } },
            60_000,
            new AbortController().signal,
          );
    expect(result.ok || result.error.reason).toBe(ok || 'Unauthorized');
    expect(proxy.calls.slice(first).map(({ outcome }) => outcome?.status)).toEqual(statuses);
  });
}

it('a page of many megabytes comes whole', async () => {
  const transport = await connect();
  const text = 'x'.repeat(900_000);
  const created = await times(16, i => transport.call(create(`large-${i}`, { text })));
  expect(created.every(({ ok }) => ok)).toBe(true);
  const list = await transport.call({ method: 'GET', path: PATH });
  const { items } = (list.ok ? list.value : {}) as { items?: readonly { data?: { text?: string } }[] };
  expect(items?.filter(({ data }) => data?.text === text)).toHaveLength(16);
});

it('a page that something else sent is no answer', async () => {
  const transport = await connect();
  for (const status of [200, 201]) {
    proxy.inject(faults.gatewayError(status), ({ path }) => path === GET.path, 1);
    expect(await transport.call(GET)).toMatchObject(NO_ANSWER);
  }
  proxy.inject(faults.gatewayError(302), ({ path }) => path === GET.path, 1);
  expect(await transport.call(GET), 'and nobody is followed elsewhere').toMatchObject({ error: { status: 302 } });
});

it('closing ends whatever is under way, and nothing begins any more', async () => {
  const transport = await connect();
  const end = proxy.inject(faults.hang(), call => call.verb === 'get');
  const first = proxy.calls.length;
  const calls = times(50, () => transport.call(GET));
  await until('every socket is taken', WAIT, () => proxy.calls.length - first === SOCKETS);
  const watch: Call = { method: 'GET', path: PATH, query: { watch: 'true', resourceVersion: '0' } };
  const stream = await transport.stream(watch, 60_000, new AbortController().signal);
  if (!stream.ok) throw new Error(`the watch was refused: ${stream.error.status}`);
  const startedAt = performance.now();
  await transport.close();
  for (const result of await calls) expect(result).toMatchObject(NO_ANSWER);
  for await (const _ of watchEvents(stream.value));
  expect(await transport.call(GET)).toMatchObject(NO_ANSWER);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(proxy.calls.length - first).toBe(SOCKETS + 1);
  end();
});

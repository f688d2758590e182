import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createFakeClock, settled } from '../../../test/support/fake-clock.ts';
import { answered, fakeTransport } from '../../../test/support/fake-transport.ts';
import { until } from '../../../test/support/poll.ts';
import { fine, GET, POST, transportWorld, WAIT } from '../../../test/support/transport-world.ts';
import { type FenceOptions, fence } from './fence.ts';
import { createTransport } from './transport.ts';

const methods = [
  { method: 'GET', isAsked: false, why: 'reading changes nothing' },
  { method: 'POST', isAsked: true, why: 'a create' },
  { method: 'PUT', isAsked: true, why: 'an update' },
  { method: 'PATCH', isAsked: true, why: 'a patch or an apply' },
  { method: 'DELETE', isAsked: true, why: 'a delete' },
] as const;

for (const { method, isAsked, why } of methods) {
  test(`${method} is ${isAsked ? '' : 'not '}asked about: ${why}`, async () => {
    const ended = new AbortController();
    const { transport, calls } = fakeTransport(answered('answer'));
    const fenced = fence(transport, { mayWrite: () => false, stopping: ended.signal });
    expect(await fenced.call({ method, path: '/x', body: 1 })).toEqual({ ok: true, value: 'answer' });
    expect(calls).toMatchObject([{ method, path: '/x', body: 1, stopping: ended.signal }]);
    expect(calls[0]?.permitted?.()).toBe(isAsked ? false : undefined);
    expect(fenced.stream).toBe(transport.stream);
  });
}

/** An API server that always asks for ten seconds of patience, and a transport that goes through the fence to it. */
async function busy(options: FenceOptions) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.method ?? '');
    response.writeHead(429, { 'retry-after': '10' }).end('{}');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const clock = createFakeClock();
  const connection = {
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    namespace: 'ops',
    isInCluster: false,
    tls: async () => ({}),
    authorization: async () => undefined,
  };
  const transport = await createTransport({ connection, clock, userAgent: 'x', metrics: { requested() {} } });
  onTestFinished(async () => {
    await transport.close();
    server.close();
  });
  return { clock, requests, transport: fence(transport, options) };
}

test('a write that waits for a socket is not sent when the fence has closed meanwhile', async () => {
  let first: ServerResponse | undefined;
  const { transport, asked } = await transportWorld(
    (request, response) => {
      if (request.method === 'GET') first = response;
      else fine(response);
    },
    { sockets: 1 },
  );
  let mayWrite = true;
  const fenced = fence(transport, { mayWrite: () => mayWrite, stopping: new AbortController().signal });
  const read = fenced.call(GET);
  await until('the only socket is taken', WAIT, () => first !== undefined);
  const write = fenced.call(POST);
  await settled();
  mayWrite = false;
  if (first !== undefined) fine(first);
  expect((await read).ok).toBe(true);
  expect(await write).toMatchObject({ ok: false, error: { reason: 'NoAnswer' } });
  expect(asked.map(({ line }) => line.split(' ')[0])).toEqual(['GET']);
});

test('a write that waits for its next attempt is not sent when the fence has closed meanwhile', async () => {
  let mayWrite = true;
  const { clock, requests, transport } = await busy({
    mayWrite: () => mayWrite,
    stopping: new AbortController().signal,
  });
  const write = transport.call({ method: 'POST', path: '/x', body: {} });
  await until('it waits', { timeoutMs: 5_000 }, () => requests.length === 1 && clock.timers > 0);
  mayWrite = false;
  clock.advance(10_000);
  expect(await write).toMatchObject({ ok: false, error: { status: 0 } });
  expect(requests).toEqual(['POST']);
});

test('nobody waits for a further attempt once the process is asked to end', async () => {
  const stopping = new AbortController();
  const { clock, requests, transport } = await busy({ mayWrite: () => true, stopping: stopping.signal });
  const read = transport.call({ method: 'GET', path: '/x' });
  await until('it waits', { timeoutMs: 5_000 }, () => requests.length === 1 && clock.timers > 0);
  stopping.abort();
  expect(await read).toMatchObject({ ok: false, error: { status: 429 } });
  await settled();
  expect([requests, clock.timers]).toEqual([['GET'], 0]);
});

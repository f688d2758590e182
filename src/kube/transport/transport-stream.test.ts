import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import process from 'node:process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../../../test/support/poll.ts';
import {
  busy,
  fine,
  GET,
  hang,
  inTurn,
  json,
  NO_ANSWER,
  POST,
  transportWorld,
  unknown,
  WAIT,
} from '../../../test/support/transport-world.ts';
import { systemClock } from '../../controller/runtime/system-clock.ts';
import type { Transport } from './transport.ts';

describe('a stream', () => {
  const lines = async (stream: AsyncIterable<Uint8Array>): Promise<string> => {
    let read = '';
    for await (const chunk of stream) read += Buffer.from(chunk).toString();
    return read;
  };
  const opened = async (transport: Transport, idleMs: number, signal = new AbortController().signal) => {
    const result = await transport.stream(GET, idleMs, signal);
    if (!result.ok) throw new Error(`refused: ${result.error.status}`);
    return result.value;
  };

  test('brings bytes as they come, for longer than a call may take', async () => {
    const { transport } = await transportWorld(
      inTurn(response => {
        response.writeHead(200);
        let left = 6;
        const tick = setInterval(() => {
          response.write('a\n');
          left -= 1;
          if (left === 0) response.end();
        }, 50);
        response.on('close', () => clearInterval(tick));
      }),
      { deadlineMs: 150, clock: systemClock },
    );
    expect(await lines(await opened(transport, 1_000))).toBe('a\n'.repeat(6));
  });

  test('breaks when the server is silent for too long', async () => {
    const silent = inTurn(response => response.writeHead(200).write('a\n'));
    const { transport } = await transportWorld(silent, { clock: systemClock });
    await expect(lines(await opened(transport, 200))).rejects.toThrow();
  });

  test('ends with its signal', async () => {
    const { transport } = await transportWorld(inTurn(response => response.writeHead(200).write('a\n')));
    const stop = new AbortController();
    const reading = lines(await opened(transport, 60_000, stop.signal));
    stop.abort();
    await expect(reading).rejects.toThrow();
  });

  test('is refused like a call, and asked for again like one', async () => {
    const { transport, asked, clock, reads } = await transportWorld(
      inTurn(unknown, busy('2'), response => response.writeHead(200).end('a\n')),
    );
    const startedAt = clock.monotonic();
    let isOver = false;
    const pending = transport.stream(GET, 60_000, new AbortController().signal).finally(() => {
      isOver = true;
    });
    await until('it is answered', WAIT, () => {
      if (!isOver) clock.advance(100);
      return isOver;
    });
    const result = await pending;
    expect(clock.monotonic() - startedAt).toBeGreaterThanOrEqual(2_000);
    expect(result.ok && (await lines(result.value))).toBe('a\n');
    expect([asked.length, reads]).toEqual([3, [false, true]]);
  });

  test('says what refused it', async () => {
    const { transport } = await transportWorld(inTurn(response => json(response, 410, { reason: 'Expired' })));
    const result = await transport.stream(GET, 1_000, new AbortController().signal);
    expect(result).toMatchObject({ ok: false, error: { status: 410, reason: 'Expired' } });
  });

  test('has no answer when none begins in time', async () => {
    const { transport } = await transportWorld(inTurn(hang), { deadlineMs: 200, clock: systemClock });
    expect(await transport.stream(GET, 60_000, new AbortController().signal)).toEqual(NO_ANSWER);
  });

  test('leaves nothing behind on a signal that outlives it', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    const { transport, connections } = await transportWorld(inTurn(response => response.writeHead(200).end('a\n')));
    const { signal } = new AbortController();
    for (let i = 0; i < 30; i += 1) await lines(await opened(transport, 1_000, signal));
    await new Promise(resolve => setImmediate(resolve));
    expect(warnings).toEqual([]);
    // Two, because a socket is free only a moment after its answer has ended.
    expect(connections(), 'one after the other share a socket').toBeLessThanOrEqual(2);
  });
});

describe('sockets', () => {
  test('calls share a few, and watches have their own', async () => {
    const { transport, connections, asked } = await transportWorld(
      (request, response) => {
        if (request.url?.includes('watch')) response.writeHead(200).flushHeaders();
        else setTimeout(() => fine(response), 5);
      },
      { sockets: 4 },
    );
    const { signal } = new AbortController();
    const watch = { ...GET, query: { watch: 'true' } };
    for (let i = 0; i < 7; i += 1) expect((await transport.stream(watch, 60_000, signal)).ok).toBe(true);
    expect(connections()).toBe(7);
    for (let i = 0; i < 20; i += 1) await transport.call(GET);
    expect(connections(), 'one after the other').toBeLessThanOrEqual(7 + 2);
    const all = await Promise.all(Array.from({ length: 100 }, () => transport.call(GET)));
    expect(all.every(({ ok }) => ok)).toBe(true);
    expect(connections(), 'all at once').toBe(7 + 4);
    expect(asked).toHaveLength(7 + 20 + 100);
  });

  test('a call that waits for a socket has no answer in time, and is never sent', async () => {
    const { transport, asked } = await transportWorld(inTurn(hang), {
      sockets: 1,
      deadlineMs: 400,
      clock: systemClock,
    });
    const first = transport.call(GET);
    await until('the socket is taken', WAIT, () => asked.length === 1);
    const startedAt = performance.now();
    expect(await transport.call({ ...POST, budgetMs: 100 })).toEqual(NO_ANSWER);
    expect(performance.now() - startedAt).toBeLessThan(350);
    expect(await first).toEqual(NO_ANSWER);
    expect(await transport.call(GET)).toEqual(NO_ANSWER);
    expect(asked.map(({ line }) => line)).toEqual([1, 2].map(() => `GET ${GET.path}`));
  });

  test('an urgent call passes all that wait: a leader keeps its lease whatever it has to do', async () => {
    const isList = (line: string) => line === `GET ${GET.path}`;
    const { transport, asked } = await transportWorld(
      (request, response) => (isList(`${request.method} ${request.url}`) ? hang() : fine(response)),
      { sockets: 2, deadlineMs: 2_000, clock: systemClock },
    );
    const crowd = Array.from({ length: 50 }, () => transport.call(GET));
    await until('the sockets are taken', WAIT, () => asked.length === 2);
    expect(await transport.call({ ...POST, isUrgent: true, budgetMs: 1_000 })).toEqual({
      ok: true,
      value: { fine: true },
    });
    await transport.close();
    await Promise.all(crowd);
  });

  test('a call that waits for a connection has no answer in time', async () => {
    const silent = createTcpServer(() => undefined);
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
    const { transport } = await transportWorld(inTurn(fine), {
      connection: {
        server: `https://127.0.0.1:${(silent.address() as AddressInfo).port}`,
        namespace: 'ops',
        isInCluster: false,
        tls: async () => ({}),
        authorization: async () => undefined,
      },
      deadlineMs: 100,
      clock: systemClock,
    });
    const startedAt = performance.now();
    expect(await transport.call(GET)).toEqual(NO_ANSWER);
    const stop = new AbortController();
    const stream = transport.stream(GET, 60_000, stop.signal);
    stop.abort();
    expect(await stream).toEqual(NO_ANSWER);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await transport.close();
    silent.close();
  });

  test('calls that hang do not keep a watch from being opened', async () => {
    const { transport, asked } = await transportWorld(
      (request, response) => {
        if (request.url?.includes('watch')) response.writeHead(200).flushHeaders();
      },
      { sockets: 2, deadlineMs: 60_000 },
    );
    const calls = Array.from({ length: 10 }, () => transport.call(GET));
    await until('both sockets are taken', WAIT, () => asked.length === 2);
    const watch = await transport.stream({ ...GET, query: { watch: 'true' } }, 60_000, new AbortController().signal);
    expect(watch.ok).toBe(true);
    await transport.close();
    expect(await Promise.all(calls), 'closing breaks off all that is under way').toEqual(calls.map(() => NO_ANSWER));
    if (watch.ok) await expect(watch.value[Symbol.asyncIterator]().next()).rejects.toThrow();
    expect(await transport.call(GET), 'and nothing begins any more').toEqual(NO_ANSWER);
    expect(asked).toHaveLength(3);
  });
});

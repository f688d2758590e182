import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { until } from '../../test/support/poll.ts';
import { type Call, createTransport, type Transport, type TransportOptions } from './transport.ts';

const WAIT = { timeoutMs: 5_000, intervalMs: 2 } as const;
const GET: Call = { method: 'GET', path: '/api/v1/secrets' };
const POST: Call = { method: 'POST', path: '/api/v1/namespaces/shop/secrets', body: { kind: 'Secret' } };
const NO_ANSWER = { ok: false, error: { status: 0, reason: 'NoAnswer', fields: [], causes: [] } };

interface Asked {
  readonly line: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

const ends: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A server that answers as told, and the transport to it. `token-1`, `token-2`, … are read one after the other. */
async function world(answer: RequestListener, options: Partial<TransportOptions> = {}) {
  const asked: Asked[] = [];
  const codes: string[] = [];
  const reads: boolean[] = [];
  let connections = 0;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    asked.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
    answer(request, response);
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const clock = createFakeClock();
  const transport = await createTransport({
    connection: {
      server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      namespace: 'ops',
      isInCluster: false,
      tls: async () => ({}),
      async authorization(renew) {
        if (renew || reads.length === 0) reads.push(renew);
        return `Bearer token-${reads.length}`;
      },
    },
    clock,
    userAgent: 'test/1',
    metrics: { requested: (method, code) => codes.push(`${method} ${code}`) },
    ...options,
  });
  ends.push(
    () => transport.close(),
    () => {
      server.closeAllConnections();
      server.close();
    },
  );
  return { asked, codes, reads, clock, transport, server, connections: () => connections };
}

const json = (response: ServerResponse, status: number, body: unknown, headers = {}) =>
  response.writeHead(status, headers).end(JSON.stringify(body));

/** Answers with each of these in turn, and with the last one for ever. */
function inTurn(...answers: readonly ((response: ServerResponse) => unknown)[]): RequestListener {
  let count = 0;
  return (_, response) => {
    answers[Math.min(count, answers.length - 1)]?.(response);
    count += 1;
  };
}

const fine = (response: ServerResponse) => json(response, 200, { fine: true });
const unknown = (response: ServerResponse) => json(response, 401, { reason: 'Unauthorized' });
const busy =
  (retryAfter?: string, status = 429) =>
  (response: ServerResponse) =>
    json(response, status, { reason: 'Busy' }, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
const hang = () => undefined;
const endless = (response: ServerResponse) => {
  response.writeHead(200);
  const more = (): void => {
    while (!response.destroyed && response.write('x'.repeat(65_536)));
  };
  response.on('drain', more);
  more();
};

describe('a call', () => {
  test('says who calls, what for and what it brings', async () => {
    const { transport, asked, codes } = await world(inTurn(fine));
    const query = { labelSelector: 'a=b c', limit: '5' };
    await transport.call({ ...POST, query, accept: 'application/x', contentType: 'application/y' });
    await transport.call(GET);
    const [post, get] = asked;
    expect(post).toMatchObject({
      line: `POST ${POST.path}?labelSelector=a%3Db+c&limit=5`,
      headers: {
        accept: 'application/x',
        'content-type': 'application/y',
        'user-agent': 'test/1',
        authorization: 'Bearer token-1',
      },
      body: '{"kind":"Secret"}',
    });
    expect(get).toMatchObject({ headers: { accept: 'application/json' }, body: '' });
    expect(get?.headers).not.toHaveProperty('content-type');
    expect(codes).toEqual(['POST 200', 'GET 200']);
  });

  const lost: readonly { why: string; answer: (response: ServerResponse) => unknown }[] = [
    { why: 'the server never answers', answer: hang },
    { why: 'the connection is reset', answer: response => response.socket?.resetAndDestroy() },
    { why: 'the server falls silent after the headers', answer: response => response.writeHead(200).flushHeaders() },
    {
      why: 'the server falls silent within the body of a refusal',
      answer: response => response.writeHead(500).write('{'),
    },
    {
      why: 'the connection breaks within the body',
      answer: response => response.writeHead(200).write('{"a":', () => response.destroy()),
    },
    { why: 'the body is no JSON: something else answered', answer: response => response.writeHead(200).end('<html>') },
    { why: 'the body is empty', answer: response => response.writeHead(200).end() },
  ];
  for (const { why, answer } of lost) {
    test(`has no answer, in time, and is not sent again: ${why}`, async () => {
      const { transport, asked, codes } = await world(inTurn(answer, fine), { deadlineMs: 300 });
      const startedAt = performance.now();
      expect(await transport.call(POST)).toEqual(NO_ANSWER);
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      expect([asked.length, codes]).toEqual([1, ['POST <error>']]);
      expect(await transport.call(GET), 'and the next one is answered').toEqual({ ok: true, value: { fine: true } });
    });
  }

  test('has no answer when the body does not end', async () => {
    const { transport } = await world(inTurn(endless, fine), { maxBodyBytes: 1_000_000 });
    expect(await transport.call(GET)).toEqual(NO_ANSWER);
    expect((await transport.call(GET)).ok).toBe(true);
  });

  test('has no answer where nobody listens', async () => {
    const { transport, server } = await world(inTurn(fine));
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
    expect(await transport.call(GET)).toEqual(NO_ANSWER);
  });

  test('is broken off by its signal, under way or not', async () => {
    const { transport, asked } = await world(inTurn(hang));
    const stop = new AbortController();
    const pending = transport.call({ ...GET, signal: stop.signal });
    await until('it is under way', WAIT, () => asked.length === 1);
    stop.abort();
    expect(await pending).toEqual(NO_ANSWER);
    expect(await transport.call({ ...GET, signal: stop.signal })).toEqual(NO_ANSWER);
    expect(asked).toHaveLength(1);
  });

  test('is not sent when it is no longer permitted', async () => {
    const { transport, asked } = await world(inTurn(busy('1'), fine));
    expect(await transport.call({ ...POST, permitted: () => false })).toEqual(NO_ANSWER);
    expect(asked).toHaveLength(0);
  });
});

describe('a call is sent again', () => {
  const refusals = [
    { why: 'too many requests', answers: [busy('3'), fine], waits: [3_000], requests: 2, ok: true },
    { why: 'not ready yet', answers: [busy('1', 503), fine], waits: [1_000], requests: 2, ok: true },
    { why: 'twice', answers: [busy('1'), busy('2'), fine], waits: [1_000, 2_000], requests: 3, ok: true },
    { why: 'at once', answers: [busy('0'), fine], waits: [0], requests: 2, ok: true },
    { why: 'after ten seconds at most', answers: [busy('3600'), fine], waits: [10_000], requests: 2, ok: true },
    { why: 'not for ever', answers: [busy('1')], waits: [1_000, 1_000], requests: 3, ok: false },
    { why: 'not without a word when', answers: [busy(), fine], waits: [], requests: 1, ok: false },
    {
      why: 'not on a date, which the API server never sends',
      answers: [busy('Wed, 21 Oct 2030 07:28:00 GMT'), fine],
      waits: [],
      requests: 1,
      ok: false,
    },
    {
      why: 'not after an internal error: it may have been done',
      answers: [busy('1', 500), fine],
      waits: [],
      requests: 1,
      ok: false,
    },
    { why: 'as somebody who is known', answers: [unknown, fine], waits: [0], requests: 2, ok: true },
    { why: 'once only as somebody else', answers: [unknown], waits: [0], requests: 2, ok: false },
    { why: 'known, then busy', answers: [unknown, busy('1'), fine], waits: [0, 1_000], requests: 3, ok: true },
  ] as const;
  for (const { why, answers, waits, requests, ok } of refusals) {
    test(why, async () => {
      const { transport, asked, clock } = await world(inTurn(...answers));
      const pending = transport.call(POST);
      for (const ms of waits) {
        await until('it waits', WAIT, () => clock.timers === 1);
        const before = asked.length;
        clock.advance(Math.max(0, ms - 1));
        if (ms > 0) expect([clock.timers, asked.length]).toEqual([1, before]);
        clock.advance(1);
      }
      expect((await pending).ok).toBe(ok);
      expect(asked).toHaveLength(requests);
    });
  }

  test('not when that would take longer than it may', async () => {
    const { transport, asked } = await world(inTurn(busy('3'), fine));
    expect(await transport.call({ ...POST, budgetMs: 3_000 })).toMatchObject({ error: { status: 429 } });
    expect(asked).toHaveLength(1);
  });

  for (const by of ['stopping', 'signal'] as const) {
    test(`not when we are to stop (${by})`, async () => {
      const { transport, asked, clock } = await world(inTurn(busy('3'), fine));
      const stop = new AbortController();
      const pending = transport.call({ ...POST, [by]: stop.signal });
      await until('it waits', WAIT, () => clock.timers === 1);
      stop.abort();
      expect(await pending).toMatchObject({ error: { status: 429 } });
      expect([asked.length, clock.timers]).toEqual([1, 0]);
    });
  }
});

describe('the token', () => {
  const rows = [
    { why: 'is kept while it is good', answers: [fine], tokens: [1, 1], reads: [false] },
    {
      why: 'is read anew when the server does not know it',
      answers: [unknown, fine],
      tokens: [1, 2, 2],
      reads: [false, true],
    },
    {
      why: 'is read once for each call when that does not help',
      answers: [unknown],
      tokens: [1, 2, 2, 3],
      reads: [false, true, true],
    },
  ];
  for (const { why, answers, tokens, reads: expected } of rows) {
    test(why, async () => {
      const { transport, asked, reads, clock } = await world(inTurn(...answers));
      for (const _ of [1, 2]) {
        const pending = transport.call(GET);
        let isDone = false;
        void pending.then(() => {
          isDone = true;
        });
        await until('it is done', WAIT, () => {
          clock.advance(0);
          return isDone;
        });
      }
      expect(asked.map(({ headers }) => headers['authorization'])).toEqual(tokens.map(n => `Bearer token-${n}`));
      expect(reads).toEqual(expected);
    });
  }
});

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
    const { transport } = await world(
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
      { deadlineMs: 150 },
    );
    expect(await lines(await opened(transport, 1_000))).toBe('a\n'.repeat(6));
  });

  test('breaks when the server is silent for too long', async () => {
    const { transport } = await world(inTurn(response => response.writeHead(200).write('a\n')));
    await expect(lines(await opened(transport, 200))).rejects.toThrow();
  });

  test('ends with its signal', async () => {
    const { transport } = await world(inTurn(response => response.writeHead(200).write('a\n')));
    const stop = new AbortController();
    const reading = lines(await opened(transport, 60_000, stop.signal));
    stop.abort();
    await expect(reading).rejects.toThrow();
  });

  test('is refused like a call, and asked for again like one', async () => {
    const { transport, asked, clock, reads } = await world(
      inTurn(unknown, busy('2'), response => response.writeHead(200).end('a\n')),
    );
    const pending = transport.stream(GET, 1_000, new AbortController().signal);
    for (const ms of [0, 2_000]) {
      await until('it waits', WAIT, () => clock.timers === 1);
      clock.advance(ms);
    }
    const result = await pending;
    expect(result.ok && (await lines(result.value))).toBe('a\n');
    expect([asked.length, reads]).toEqual([3, [false, true]]);
  });

  test('says what refused it', async () => {
    const { transport } = await world(inTurn(response => json(response, 410, { reason: 'Expired' })));
    const result = await transport.stream(GET, 1_000, new AbortController().signal);
    expect(result).toMatchObject({ ok: false, error: { status: 410, reason: 'Expired' } });
  });

  test('has no answer when none begins in time', async () => {
    const { transport } = await world(inTurn(hang), { deadlineMs: 200 });
    expect(await transport.stream(GET, 60_000, new AbortController().signal)).toEqual(NO_ANSWER);
  });

  test('leaves nothing behind on a signal that outlives it', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    ends.push(() => process.off('warning', onWarning));
    const { transport, connections } = await world(inTurn(response => response.writeHead(200).end('a\n')));
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
    const { transport, connections, asked } = await world(
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
    const { transport, asked } = await world(inTurn(hang), { sockets: 1, deadlineMs: 400 });
    const first = transport.call(GET);
    await until('the socket is taken', WAIT, () => asked.length === 1);
    const startedAt = performance.now();
    expect(await transport.call({ ...POST, budgetMs: 100 })).toEqual(NO_ANSWER);
    expect(performance.now() - startedAt).toBeLessThan(350);
    expect(await first).toEqual(NO_ANSWER);
    expect(await transport.call(GET)).toEqual(NO_ANSWER);
    expect(asked.map(({ line }) => line)).toEqual([1, 2].map(() => `GET ${GET.path}`));
  });

  test('a call that waits for a connection has no answer in time', async () => {
    const silent = createTcpServer(() => undefined);
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
    const { transport } = await world(inTurn(fine), {
      connection: {
        server: `https://127.0.0.1:${(silent.address() as AddressInfo).port}`,
        namespace: 'ops',
        isInCluster: false,
        tls: async () => ({}),
        authorization: async () => undefined,
      },
      deadlineMs: 100,
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
    const { transport, asked } = await world(
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

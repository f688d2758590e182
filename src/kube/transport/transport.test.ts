import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { until } from '../../../test/support/poll.ts';
import {
  busy,
  fine,
  GET,
  hang,
  inTurn,
  NO_ANSWER,
  POST,
  transportWorld,
  unknown,
  WAIT,
} from '../../../test/support/transport-world.ts';
import { systemClock } from '../../controller/runtime/system-clock.ts';

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
    const { transport, asked, codes } = await transportWorld(inTurn(fine));
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
      const { transport, asked, codes } = await transportWorld(inTurn(answer, fine), {
        deadlineMs: 300,
        clock: systemClock,
      });
      const startedAt = performance.now();
      expect(await transport.call(POST)).toEqual(NO_ANSWER);
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      expect([asked.length, codes]).toEqual([1, ['POST <error>']]);
      expect(await transport.call(GET), 'and the next one is answered').toEqual({ ok: true, value: { fine: true } });
    });
  }

  test('has no answer when the body does not end', async () => {
    const { transport } = await transportWorld(inTurn(endless, fine), { maxBodyBytes: 1_000_000 });
    expect(await transport.call(GET)).toEqual(NO_ANSWER);
    expect((await transport.call(GET)).ok).toBe(true);
  });

  test('has no answer where nobody listens', async () => {
    const { transport, server } = await transportWorld(inTurn(fine));
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
    expect(await transport.call(GET)).toEqual(NO_ANSWER);
  });

  test('is broken off by its signal, under way or not', async () => {
    const { transport, asked } = await transportWorld(inTurn(hang));
    const stop = new AbortController();
    const pending = transport.call({ ...GET, signal: stop.signal });
    await until('it is under way', WAIT, () => asked.length === 1);
    stop.abort();
    expect(await pending).toEqual(NO_ANSWER);
    expect(await transport.call({ ...GET, signal: stop.signal })).toEqual(NO_ANSWER);
    expect(asked).toHaveLength(1);
  });

  test('is not sent when it is no longer permitted', async () => {
    const { transport, asked } = await transportWorld(inTurn(busy('1'), fine));
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
      const { transport, asked, clock, codes } = await transportWorld(inTurn(...answers));
      const pending = transport.call(POST);
      for (const [index, ms] of waits.entries()) {
        // While it is asked there is a timer too: that of its deadline.
        await until('it waits', WAIT, () => codes.length > index && clock.timers === 1);
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
    const { transport, asked } = await transportWorld(inTurn(busy('3'), fine));
    expect(await transport.call({ ...POST, budgetMs: 3_000 })).toMatchObject({ error: { status: 429 } });
    expect(asked).toHaveLength(1);
  });

  test('not when its time was over before the pause was: a busy process wakes late', async () => {
    const { transport, asked, clock, codes } = await transportWorld(inTurn(busy('3'), fine));
    const pending = transport.call({ ...POST, budgetMs: 3_500 });
    await until('it waits', WAIT, () => codes.length === 1 && clock.timers === 1);
    clock.advance(3_000 + 4_000);
    expect(await pending).toMatchObject({ error: { status: 429 } });
    expect(asked).toHaveLength(1);
  });

  for (const by of ['stopping', 'signal'] as const) {
    test(`not when we are to stop (${by})`, async () => {
      const { transport, asked, clock, codes } = await transportWorld(inTurn(busy('3'), fine));
      const stop = new AbortController();
      const pending = transport.call({ ...POST, [by]: stop.signal });
      await until('it waits', WAIT, () => codes.length === 1 && clock.timers === 1);
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
      const { transport, asked, reads, clock } = await transportWorld(inTurn(...answers));
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

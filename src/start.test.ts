import { afterEach, describe, expect, test } from 'vitest';
import { aLog, anAwsSecret } from '../test/support/builders.ts';
import { createFakeClock, settled } from '../test/support/fake-clock.ts';
import { until } from '../test/support/poll.ts';
import { parseConfig } from './config.ts';
import { pause } from './controller/runtime/clock.ts';
import { type KubeResult, kubeError } from './kube/error.ts';
import type { Call, Transport } from './kube/transport/transport.ts';
import { type Operator, startOperator } from './start.ts';
import { createMetrics } from './telemetry/metrics.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const EMPTY: KubeResult<unknown> = { ok: true, value: { metadata: { resourceVersion: '1' }, items: [] } };
const NO_ANSWER = refused(0, '');

function refused(status: number, reason: string): KubeResult<unknown> {
  return { ok: false, error: kubeError(status, { reason }, undefined) };
}

interface Server {
  /** Undefined: it never answers, and no deadline ends it. */
  readonly list: (path: string) => KubeResult<unknown> | undefined;
  /** How long a watch lasts, in which nothing happens. */
  readonly watchMs: number;
  /** What it answers to all else. Default: nothing comes. */
  readonly answer?: (call: Call) => Promise<KubeResult<unknown>>;
}

const started: Operator[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map(operator => operator.stop()));
});

/** The whole operator before a server that behaves like this, in virtual time. */
async function start({ list, watchMs, answer = async () => NO_ANSWER }: Server) {
  const clock = createFakeClock();
  const transport: Transport = {
    async call(call) {
      const { path, query, signal } = call;
      if (!query?.['limit']) return await answer(call);
      const listed = list(path);
      if (listed === undefined) await new Promise<void>(resolve => signal?.addEventListener('abort', () => resolve()));
      return listed ?? NO_ANSWER;
    },
    async stream(_call, _idleMs, signal) {
      async function* quiet(): AsyncGenerator<Uint8Array> {
        await pause(clock, watchMs, signal);
        yield* [];
      }
      return { ok: true, value: quiet() };
    },
    close: async () => undefined,
  };
  const parsed = parseConfig(['--bind-address=127.0.0.1:0', '--regions=eu-west-1'], {});
  if (parsed.kind !== 'config') throw new Error(parsed.text);
  const { config } = parsed;
  const parts = { config, transport, clock, metrics: createMetrics(clock), userAgent: 'test', env: {} };
  const operator = await startOperator({ ...parts, random: () => 0.5, log: aLog().log }, 'ops');
  started.push(operator);
  const livez = async () => (await fetch(`http://${operator.address}/livez`)).text();
  return {
    clock,
    operator,
    /** What /livez says at the end of each minute. */
    async after(minutes: number): Promise<readonly string[]> {
      const said: string[] = [];
      for (let second = 1; second <= minutes * 60; second += 1) {
        clock.advance(SECOND);
        await settled();
        if (second % 60 === 0) said.push(await livez());
      }
      return said;
    },
  };
}

const DEAD = 'a watch has given no sign of life for too long';

describe('the process is alive as long as it tries', () => {
  const rows: readonly (Server & { readonly why: string; readonly says: readonly string[] })[] = [
    {
      why: 'the API server is there and nothing happens',
      list: () => EMPTY,
      watchMs: 90 * SECOND,
      says: Array(5).fill('ok'),
    },
    { why: 'the API server is away', list: () => NO_ANSWER, watchMs: 0, says: Array(10).fill('ok') },
    { why: 'it refuses everything', list: () => refused(403, 'Forbidden'), watchMs: 0, says: Array(10).fill('ok') },
    { why: 'every watch breaks at once', list: () => EMPTY, watchMs: 0, says: Array(10).fill('ok') },
    {
      why: 'a kind is not there, and is looked for every ten minutes or more',
      list: path => (path.includes('argoproj.io') ? refused(404, 'NotFound') : EMPTY),
      watchMs: MINUTE,
      says: Array(10).fill('ok'),
    },
    { why: 'every list hangs', list: () => undefined, watchMs: MINUTE, says: ['ok', 'ok', DEAD, DEAD] },
    {
      why: 'one of many lists hangs',
      list: path => (path.endsWith('/cronjobs') ? undefined : EMPTY),
      watchMs: MINUTE,
      says: ['ok', 'ok', DEAD, DEAD],
    },
    {
      why: 'every watch hangs, and nothing ends it',
      list: () => EMPTY,
      watchMs: 60 * MINUTE,
      says: ['ok', 'ok', DEAD, DEAD],
    },
  ];
  for (const { why, says, ...server } of rows) {
    test(`${why}: ${says.at(-1) === DEAD ? 'dead' : 'alive'}`, async () => {
      const { after } = await start(server);
      expect(await after(says.length)).toEqual(says);
    });
  }
});

test('what is under way when it is asked to stop may be written, until its time is over', async () => {
  const base64 = (bytes: string) => Buffer.from(bytes).toString('base64');
  const hashKey = { data: { key: base64('k'.repeat(32)), id: base64('0123abcd') } };
  const suspended = { metadata: { resourceVersion: '100' }, items: [anAwsSecret({ spec: { suspend: true } })] };
  const writes: Call[] = [];
  const { clock, operator } = await start({
    list: path => (path.endsWith('/awssecrets') ? { ok: true, value: suspended } : EMPTY),
    watchMs: MINUTE,
    answer: async call => {
      if (call.method === 'GET') return { ok: true, value: hashKey };
      writes.push(call);
      return await new Promise(() => undefined);
    },
  });
  await until('the status is being written', { timeoutMs: 5_000, intervalMs: 1 }, () => writes.length > 0);
  const mayWrite = () => writes.map(write => write.permitted?.());
  expect(mayWrite()).toEqual([true]);
  const stopped = operator.stop();
  await settled();
  expect(mayWrite(), 'while it drains').toEqual([true]);
  clock.advance(MINUTE);
  await stopped;
  expect(mayWrite(), 'when a successor may be at work').toEqual([false]);
});

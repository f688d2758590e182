import { expect, test } from 'vitest';
import { aLog } from '../../../test/support/builders.ts';
import { createFakeClock, settled } from '../../../test/support/fake-clock.ts';
import { answered, fakeTransport } from '../../../test/support/fake-transport.ts';
import type { ObjectMeta } from '../../crds/object.ts';
import type { KubeResult } from '../error.ts';
import { Reflector } from './reflector.ts';
import { Store } from './store.ts';

const EXPIRED = '{"type":"ERROR","object":{"code":410,"metadata":{}}}\n';
const none = answered({ metadata: { resourceVersion: '10' }, items: [] });

async function* saying(...lines: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const line of lines) yield new TextEncoder().encode(line);
}

/** Follows a collection whose watches say this, one after the other, and then nothing; returns when each was opened. */
async function timesOf(watches: readonly (readonly string[])[]) {
  const clock = createFakeClock();
  const { transport, calls } = fakeTransport(...Array.from({ length: 2 * watches.length + 2 }, () => none));
  const [watched, listed]: [number[], number[]] = [[], []];
  const stream = async (
    _call: unknown,
    _idleMs: unknown,
    signal: AbortSignal,
  ): Promise<KubeResult<AsyncIterable<Uint8Array>>> => {
    const lines = watches[watched.length];
    watched.push(clock.monotonic());
    if (lines === undefined) await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }));
    return { ok: true, value: saying(...(lines ?? [])) };
  };
  const reflector = new Reflector<{ readonly metadata: ObjectMeta }>({
    transport: { ...transport, stream },
    resource: { group: '', version: 'v1', plural: 'secrets' },
    namespace: undefined,
    reduce: () => undefined,
    store: new Store(),
    onChange: () => undefined,
    ...{ clock, random: () => 0.5, log: aLog().log },
  });
  const ended = reflector.run();
  for (let seconds = 0; seconds < 600 && watched.length <= watches.length; seconds += 1) {
    await settled();
    const before = calls.length;
    clock.advance(1_000);
    await settled();
    if (calls.slice(before).some(({ query }) => query?.['limit'] === '500')) listed.push(clock.monotonic());
  }
  reflector.stop();
  await ended;
  return { watched, listed };
}

test('watches that end at once are opened ever more rarely', async () => {
  const { watched } = await timesOf(Array.from({ length: 8 }, () => []));
  const pauses = watched.slice(1).map((at, i) => at - (watched[i] ?? 0));
  expect(pauses.at(0)).toBeLessThan(2_000);
  expect(pauses.at(-1)).toBeGreaterThan(15_000);
});

test('a version that has expired is listed anew within two seconds, however often watches had broken before', async () => {
  const { watched, listed } = await timesOf([...Array.from({ length: 8 }, () => []), [EXPIRED]]);
  const expiredAt = watched[8] ?? 0;
  expect(watched[9]).toBeGreaterThan(0);
  expect((listed.at(-1) ?? 0) - expiredAt).toBeLessThanOrEqual(2_000);
});

test('a version that expires again and again is listed ever more rarely', async () => {
  const { listed } = await timesOf(Array.from({ length: 8 }, () => [EXPIRED]));
  const pauses = listed.slice(1).map((at, i) => at - (listed[i] ?? 0));
  expect(pauses.at(-1)).toBeGreaterThan(15_000);
});

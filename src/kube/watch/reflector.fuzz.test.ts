import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aLog } from '../../../test/support/builders.ts';
import { createFakeClock, settled } from '../../../test/support/fake-clock.ts';
import { damaged, hostileJson } from '../../../test/support/hostile.ts';
import type { Transport } from '../transport/transport.ts';
import type { Listed } from './mirror.ts';
import { Reflector } from './reflector.ts';
import { Store } from './store.ts';

const HALF_MINUTE = 30_000;

function thing(name: string): Listed {
  return { metadata: { name, namespace: 'shop', uid: `uid-of-${name}`, resourceVersion: '5' } };
}

const sound = { metadata: { resourceVersion: '10', continue: '' }, items: [thing('a'), thing('b')] };
/** In place of a body: the call fails in a way that no call should. */
const THROWN = Symbol('thrown');
const body = fc.oneof(
  fc.constant(THROWN),
  damaged(sound),
  hostileJson,
  fc
    .array(fc.oneof(hostileJson, damaged(thing('a'))), { maxLength: 3 })
    .map(items => ({ ...sound, items: [...items, thing('b')] })),
);

/** Whether it says that the collection is what it holds. */
function isList(body: unknown): boolean {
  const { metadata, items } = Object(body) as { metadata?: Partial<Record<string, unknown>>; items?: unknown };
  const { resourceVersion, continue: next = '' } = Object(metadata) as Partial<Record<string, unknown>>;
  const isWhole = typeof next === 'string' && typeof resourceVersion === 'string' && resourceVersion !== '';
  return isWhole && (items === null || Array.isArray(items));
}

const nonsense = hostileJson.map(value => `${JSON.stringify(value)}\n`);
const line = fc.oneof(
  nonsense,
  damaged({ type: 'MODIFIED', object: thing('a') }).map(value => `${JSON.stringify(value)}\n`),
  damaged({ type: 'ERROR', object: { code: 410 } }).map(value => `${JSON.stringify(value)}\n`),
);
const lines = fc.array(line, { maxLength: 4 });

interface Told {
  /** What is answered to the nth list. */
  list(n: number): unknown;
  /** What the nth watch brings before it ends; undefined: nothing, and it lasts until it is cut. */
  watch(n: number): readonly string[] | undefined;
}

/** A reflector of a server that answers as it is told, and soundly once it is mended. */
function world(told: Told) {
  const clock = createFakeClock();
  const asked = { lists: 0, watches: 0 };
  const mended = Promise.withResolvers<void>();
  let isMended = false;
  async function* linesOf(signal: AbortSignal) {
    const lines = isMended ? undefined : told.watch(asked.watches);
    asked.watches += 1;
    if (lines !== undefined) return yield* lines.map(line => Buffer.from(line));
    const stopped = new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }));
    await (isMended ? stopped : Promise.race([mended.promise, stopped]));
    yield Buffer.from('{"type":"ERROR","object":{"code":410}}\n');
  }
  const transport: Transport = {
    async call() {
      // Whoever asks without end lets the test go on, and be counted.
      await settled();
      const value = isMended ? sound : told.list(asked.lists);
      asked.lists += 1;
      if (value === THROWN) throw new TypeError('thrown');
      return { ok: true, value };
    },
    async stream(_call, _idleMs, signal) {
      await settled();
      return { ok: true, value: linesOf(signal) };
    },
    close: async () => undefined,
  };
  const store = new Store<Listed>();
  const reflector = new Reflector<Listed>({
    ...{ transport, clock, store, random: () => 0.5, log: aLog().log, onChange: () => undefined },
    ...{ resource: { group: '', version: 'v1', plural: 'things' }, namespace: undefined, reduce: o => o as Listed },
  });
  const ended = reflector.run();
  /** Lets so much time pass, in steps. */
  const pass = async (ms: number, stepMs: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += stepMs) {
      for (let turn = 0; turn < 6; turn += 1) await settled();
      clock.advance(stepMs);
    }
  };
  const mend = async (): Promise<void> => {
    isMended = true;
    mended.resolve();
    await pass(4 * HALF_MINUTE, HALF_MINUTE);
    await Promise.race([reflector.synced, ended]);
  };
  const stop = async (): Promise<void> => {
    reflector.stop();
    await ended;
    expect(clock.timers).toBe(0);
  };
  const names = () => [...store.keys()].sort();
  return { asked, names, pass, mend, stop };
}

test('whatever a server answers, it is followed as soon as it answers soundly', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(body, { maxLength: 4 }), fc.array(lines, { maxLength: 4 }), async (lists, watches) => {
      const w = world({ list: n => (n < lists.length ? lists[n] : sound), watch: n => watches[n] });
      await w.pass(16 * HALF_MINUTE, HALF_MINUTE);
      await w.mend();
      expect(w.names()).toEqual(['shop/a', 'shop/b']);
      await w.stop();
    }),
    { numRuns: 60, examples: [[[THROWN, sound], []]] },
  );
});

test('what is no list takes nothing away', async () => {
  const none = body.filter(body => !isList(body));
  await fc.assert(
    fc.asyncProperty(none, async body => {
      const w = world({
        list: n => (n === 0 ? sound : body),
        watch: () => ['{"type":"ERROR","object":{"code":410}}\n'],
      });
      await w.pass(4 * HALF_MINUTE, HALF_MINUTE);
      expect(w.asked.lists).toBeGreaterThan(1);
      expect(w.names()).toEqual(['shop/a', 'shop/b']);
      await w.mend();
      await w.stop();
    }),
    { numRuns: 60, examples: [[{ metadata: { resourceVersion: '11' } }], [{ items: [] }]] },
  );
});

test('a server that never says anything else is asked ever more rarely', async () => {
  const forever = fc.oneof(
    body.filter(body => !isList(body)).map(body => ({ list: () => body, watch: () => [] })),
    nonsense.map(line => ({ list: () => sound, watch: () => [line] })),
  );
  await fc.assert(
    fc.asyncProperty(forever, async told => {
      const w = world(told);
      // Pauses of 0.6 s, 1.2 s, … up to 22.5 s; a list and a watch after each.
      await w.pass(10 * HALF_MINUTE, 300);
      expect(w.asked.lists + w.asked.watches).toBeLessThanOrEqual(2 * 20);
      await w.mend();
      await w.stop();
    }),
    { numRuns: 10 },
  );
});

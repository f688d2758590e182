import { expect, test } from 'vitest';
import { aLog } from '../../../test/support/builders.ts';
import { createFakeClock, settled } from '../../../test/support/fake-clock.ts';
import { type Answer, answered, fakeTransport, refused } from '../../../test/support/fake-transport.ts';
import type { ObjectMeta } from '../../crds/object.ts';
import type { Transport } from '../transport/transport.ts';
import { Reflector } from './reflector.ts';
import { Store } from './store.ts';

const MINUTE = 60_000;

interface Thing {
  readonly metadata: ObjectMeta;
  /** Whether anybody wants to know of it. */
  readonly isWanted: boolean;
}

function thing(name: string, isWanted: boolean, resourceVersion = '1'): Thing {
  return { metadata: { name, namespace: 'shop', uid: name, resourceVersion }, isWanted };
}
const listOf = (...items: readonly Thing[]): Answer => answered({ metadata: { resourceVersion: '10' }, items });
const absent = refused(404, 'NotFound');

/** A reflector of things that keeps the wanted ones. `lists` answer its lists in turn; its watch lasts until it stops. */
function world(lists: readonly Answer[], isOptional?: boolean) {
  const { transport, calls } = fakeTransport(...lists);
  const clock = createFakeClock();
  const { log, lines } = aLog();
  const store = new Store<Thing>();
  const changes: string[] = [];
  const queue: Uint8Array[] = [];
  const wake: { now?: () => void } = {};
  async function* events(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    while (!signal.aborted) {
      yield* queue.splice(0);
      await new Promise<void>(resolve => {
        wake.now = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }
  const reflector = new Reflector<Thing>({
    transport: { ...transport, stream: async (_call, _idleMs, signal) => ({ ok: true, value: events(signal) }) },
    resource: { group: 'example.org', version: 'v1', plural: 'things' },
    namespace: undefined,
    reduce: object => ((object as Thing).isWanted ? (object as Thing) : undefined),
    ...(isOptional !== undefined && { isOptional }),
    store,
    onChange: (key, before, after, isInitial) =>
      changes.push(`${key} ${before ? 'was' : 'was not'}, ${after ? 'is' : 'is not'}${isInitial ? ' (list)' : ''}`),
    clock,
    random: () => 0.5,
    log,
  });
  const ended = reflector.run();
  const send = async (type: string, object: Thing): Promise<void> => {
    queue.push(new TextEncoder().encode(`${JSON.stringify({ type, object })}\n`));
    wake.now?.();
    await settled();
  };
  const stop = async (): Promise<void> => {
    reflector.stop();
    await ended;
  };
  const names = () => [...store.keys()].sort();
  return { reflector, clock, calls, lines, changes, names, send, stop };
}

test('an object that is reduced to nothing is neither held nor told of', async () => {
  const w = world([listOf(thing('a', true), thing('b', false))]);
  await w.reflector.synced;
  await w.send('ADDED', thing('c', false));
  await w.send('MODIFIED', thing('b', false, '2'));
  await w.send('DELETED', thing('b', false, '3'));
  expect(w.names()).toEqual(['shop/a']);
  expect(w.changes).toEqual(['shop/a was not, is (list)']);
  await w.stop();
});

test('one that becomes nothing has gone, and one that becomes something has come', async () => {
  const w = world([listOf(thing('a', true))]);
  await w.reflector.synced;
  await w.send('MODIFIED', thing('a', false, '2'));
  expect(w.names()).toEqual([]);
  await w.send('MODIFIED', thing('a', true, '3'));
  expect(w.names()).toEqual(['shop/a']);
  expect(w.changes.slice(1)).toEqual(['shop/a was, is not', 'shop/a was not, is']);
  await w.stop();
});

test('one that became nothing while nobody watched goes with the next list', async () => {
  const w = world([listOf(thing('a', true), thing('b', true)), listOf(thing('a', false, '2'), thing('b', true))]);
  await w.reflector.synced;
  await w.send('ERROR', { ...thing('', false), ...{ code: 410 } });
  w.clock.advance(MINUTE);
  await settled();
  expect(w.names()).toEqual(['shop/b']);
  expect(w.changes.at(-1)).toBe('shop/a was, is not (list)');
  await w.stop();
});

test('a resource that the cluster may be without is taken for empty, in silence', async () => {
  const w = world([absent], true);
  await w.reflector.synced;
  expect([w.names(), w.changes, w.lines]).toEqual([[], [], []]);
  await w.stop();
});

test('it is looked for again after ten to twenty minutes, and its silence meanwhile is no sign of death', async () => {
  const w = world([absent, absent, listOf(thing('a', true))], true);
  await w.reflector.synced;
  await settled();
  w.clock.advance(15 * MINUTE - 1);
  await settled();
  expect(w.calls).toHaveLength(1);
  expect(w.clock.monotonic() - w.reflector.lastAttempt).toBeLessThanOrEqual(0);
  for (let looks = 2; looks <= 3; looks += 1) {
    w.clock.advance(15 * MINUTE);
    await settled();
    expect(w.calls).toHaveLength(looks);
  }
  expect(w.names(), 'once it is there it is followed').toEqual(['shop/a']);
  await w.stop();
});

test('when it goes, so do its objects', async () => {
  const w = world([listOf(thing('a', true)), absent], true);
  await w.reflector.synced;
  await w.send('ERROR', { ...thing('', false), ...{ code: 404 } });
  w.clock.advance(MINUTE);
  await settled();
  expect(w.changes).toEqual(['shop/a was not, is (list)', 'shop/a was, is not (list)']);
  await w.stop();
});

test('the wait for it ends with the reflector', async () => {
  const w = world([absent], true);
  await w.reflector.synced;
  await w.stop();
  expect(w.clock.timers).toBe(0);
});

const failures = [
  { why: 'one that the cluster has to have', answer: absent, isOptional: undefined },
  {
    why: 'RBAC does not allow the optional one: that is a mistake',
    answer: refused(403, 'Forbidden'),
    isOptional: true,
  },
  { why: 'no answer tells nothing about the optional one', answer: refused(0, 'NoAnswer'), isOptional: true },
];

for (const { why, answer, isOptional } of failures) {
  test(`a list that fails is told and tried again: ${why}`, async () => {
    const w = world([answer, listOf(thing('a', true))], isOptional);
    await settled();
    expect(w.lines).toMatchObject([{ level: 'warn', event: 'list failed', resource: 'things' }]);
    w.clock.advance(1_000);
    await w.reflector.synced;
    expect(w.names()).toEqual(['shop/a']);
    await w.stop();
  });
}

test('a watch that is cut now before its answer, now after it, is asked for ever more rarely', async () => {
  const { transport } = fakeTransport(listOf());
  const clock = createFakeClock();
  const opened: number[] = [];
  async function* nothing(): AsyncGenerator<Uint8Array> {}
  const cut = [
    { ok: false, error: { status: 0, reason: 'NoAnswer', fields: [], causes: [] } },
    { ok: true, value: nothing() },
  ] as const;
  const reflector = new Reflector<Thing>({
    transport: {
      ...transport,
      async stream() {
        opened.push(clock.monotonic());
        return opened.length % 2 === 0 ? cut[0] : cut[1];
      },
    },
    resource: { group: 'example.org', version: 'v1', plural: 'things' },
    ...{ namespace: undefined, store: new Store<Thing>(), onChange: () => undefined },
    ...{ reduce: object => object as Thing, clock, random: () => 0, log: aLog().log },
  });
  const ended = reflector.run();
  for (let passed = 0; passed < MINUTE; passed += 100) {
    await settled();
    clock.advance(100);
  }
  const pauses = opened.slice(1, 7).map((at, index) => at - (opened[index] ?? 0));
  expect(pauses).toEqual([400, 800, 1_600, 3_200, 6_400, 12_800]);
  reflector.stop();
  await ended;
});

/** A reflector whose watches end as `ends` tells, each at once; the last one lasts. Its calls, with their versions. */
function resumed(ends: readonly Awaited<ReturnType<Transport['stream']>>[], answers: readonly Answer[]) {
  const { transport, calls } = fakeTransport(...answers);
  const clock = createFakeClock();
  const asked: string[] = [];
  const lasting = async (signal: AbortSignal) => {
    await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }));
    return broken;
  };
  const reflector = new Reflector<Thing>({
    transport: {
      ...transport,
      call(call) {
        asked.push(call.query?.['resourceVersionMatch'] ?? 'list');
        return transport.call(call);
      },
      async stream(_call, _idleMs, signal) {
        asked.push('watch');
        const opened = asked.filter(what => what === 'watch').length;
        return ends[opened - 1] ?? (await lasting(signal));
      },
    },
    resource: { group: 'example.org', version: 'v1', plural: 'things' },
    ...{ namespace: undefined, store: new Store<Thing>(), onChange: () => undefined },
    ...{ reduce: object => object as Thing, clock, random: () => 0, log: aLog().log },
  });
  const ended = reflector.run();
  const settle = async (ms: number): Promise<void> => {
    await settled();
    clock.advance(ms);
    await settled();
  };
  const stop = async (): Promise<void> => {
    reflector.stop();
    await ended;
  };
  return { asked, calls, settle, stop };
}

const broken = { ok: false, error: { status: 0, reason: 'NoAnswer', fields: [], causes: [] } } as const;
const bringing = (...types: readonly string[]) => ({
  ok: true as const,
  value: (async function* () {
    const lines = types.map(type => `${JSON.stringify({ type, object: thing('a', true, '11') })}\n`);
    yield* lines.map(line => new TextEncoder().encode(line));
  })(),
});
const behind = refused(504, 'Timeout', { causes: [{ reason: 'ResourceVersionTooLarge' }] });

const resumptions = [
  { why: 'it brought an event', end: bringing('ADDED'), asks: ['watch'] },
  { why: 'it brought a bookmark', end: bringing('BOOKMARK'), asks: ['watch'] },
  { why: 'it brought nothing at all', end: bringing(), asks: ['NotOlderThan', 'watch'] },
  { why: 'it was not answered', end: broken, asks: ['NotOlderThan', 'watch'] },
  {
    why: 'it was not answered, and the server has been put back',
    end: broken,
    answers: [behind],
    asks: ['NotOlderThan', 'list', 'watch'],
  },
  {
    why: 'nor is the question whether it has been put back',
    end: broken,
    answers: [refused(0, 'NoAnswer'), refused(429, 'TooManyRequests'), behind],
    asks: ['NotOlderThan', 'NotOlderThan', 'NotOlderThan', 'list', 'watch'],
  },
];
for (const { why, end, answers = [], asks } of resumptions) {
  test(`a watch ends, ${why}: what is asked next`, async () => {
    const w = resumed([end], [listOf(), ...answers, listOf()]);
    for (let i = 0; i < 5; i += 1) await w.settle(MINUTE);
    expect(w.asked).toEqual(['list', 'watch', ...asks]);
    const question = w.calls.find(({ query }) => query?.['resourceVersionMatch'] !== undefined);
    expect(question?.query ?? {}).toEqual(
      asks.includes('NotOlderThan') ? { limit: '1', resourceVersion: '10', resourceVersionMatch: 'NotOlderThan' } : {},
    );
    await w.stop();
  });
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { type Priority, Queue } from './queue.ts';

type Operation =
  | { readonly kind: 'add'; readonly key: string; readonly priority: Priority }
  | { readonly kind: 'addAfter'; readonly key: string; readonly ms: number }
  | { readonly kind: 'take' }
  | { readonly kind: 'done'; readonly index: number }
  | { readonly kind: 'advance'; readonly ms: number };

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), key, priority: fc.constantFrom<Priority>('high', 'low') }),
  fc.record({ kind: fc.constant('addAfter' as const), key, ms: fc.integer({ min: -1, max: 30 }) }),
  fc.record({ kind: fc.constant('take' as const) }),
  fc.record({ kind: fc.constant('done' as const), index: fc.nat(4) }),
  fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 20 }) }),
);

/**
 * The promises of the queue, told as simply as possible: for every key the time from which it is ready, with which
 * priority, and whether somebody works on it. A key is owed while it has a time.
 */
class Model {
  readonly dueAt = new Map<string, number>();
  readonly high = new Set<string>();
  readonly working = new Set<string>();

  add(key: string, at: number, isHigh: boolean): void {
    this.dueAt.set(key, Math.min(this.dueAt.get(key) ?? Number.POSITIVE_INFINITY, at));
    if (isHigh) this.high.add(key);
  }

  /** Keys that may be handed out at `now`. */
  ready(now: number): readonly string[] {
    return [...this.dueAt].filter(([key, at]) => at <= now && !this.working.has(key)).map(([key]) => key);
  }

  take(key: string): void {
    this.dueAt.delete(key);
    this.high.delete(key);
    this.working.add(key);
  }
}

async function run(operations: readonly Operation[]): Promise<void> {
  const clock = createFakeClock();
  const queue = new Queue(clock, { added() {}, taken() {}, depth() {} });
  const model = new Model();

  const take = async (): Promise<void> => {
    // Taking from an empty queue would wait; waiting takers have tests of their own.
    if (queue.length === 0) return;
    const ready = model.ready(clock.monotonic());
    const key = (await queue.take()) ?? '';
    expect(ready, 'handed out too early, twice, or while it is worked on').toContain(key);
    expect(model.high.has(key), 'high goes before low').toBe(ready.some(other => model.high.has(other)));
    model.take(key);
  };
  const done = (index: number): void => {
    const key = [...model.working][index];
    if (key === undefined) return;
    model.working.delete(key);
    queue.done(key);
  };
  const step = async (operation: Operation): Promise<void> => {
    const now = clock.monotonic();
    switch (operation.kind) {
      case 'add':
        queue.add(operation.key, operation.priority);
        return model.add(operation.key, now, operation.priority === 'high');
      case 'addAfter':
        queue.addAfter(operation.key, operation.ms);
        return model.add(operation.key, now + Math.max(0, operation.ms), false);
      case 'advance':
        return clock.advance(operation.ms);
      case 'done':
        return done(operation.index);
      case 'take':
        return await take();
      default:
        return operation satisfies never;
    }
  };
  const check = (): void => {
    expect(queue.length, 'a key is lost, or stands twice').toBe(model.ready(clock.monotonic()).length);
  };

  for (const operation of operations) {
    await step(operation);
    check();
  }
  // In the end everything that is owed comes out, once.
  while (model.working.size > 0) done(0);
  clock.advance(1_000);
  check();
  while (queue.length > 0) await take();
  expect([...model.dueAt.keys()], 'owed, and never handed out').toEqual([]);
  expect(clock.timers).toBe(0);
}

test('any sequence of operations loses no key, hands none out twice before done, and keeps priorities and delays', async () => {
  await fc.assert(fc.asyncProperty(fc.array(operation, { maxLength: 120 }), run), { numRuns: 300 });
});

test('whatever waits for its time, close ends every taker and hands nothing out', async () => {
  const delays = fc.array(fc.record({ key, ms: fc.integer({ min: 1, max: 30 }) }), { maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(delays, fc.nat(3), async (delayed, takers) => {
      const clock = createFakeClock();
      const queue = new Queue(clock, { added() {}, taken() {}, depth() {} });
      for (const { key: name, ms } of delayed) queue.addAfter(name, ms);
      const waiting = Array.from({ length: takers }, () => queue.take());
      queue.close();
      clock.advance(100);
      expect(await Promise.all(waiting)).toEqual(waiting.map(() => undefined));
      expect([queue.length, clock.timers]).toEqual([0, 0]);
    }),
  );
});

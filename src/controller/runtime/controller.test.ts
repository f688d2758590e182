import { expect, test } from 'vitest';
import { aLog, type LogLine } from '../../../test/support/builders.ts';
import { createFakeClock, type FakeClock, settled } from '../../../test/support/fake-clock.ts';
import { type Controller, createController, type Reconcile, type ReconcileResult } from './controller.ts';
import type { RetryClass, SyncError } from './error.ts';
import { done, type Outcome } from './outcome.ts';
import { Queue } from './queue.ts';

interface Bench {
  readonly clock: FakeClock;
  readonly queue: Queue;
  readonly controller: Controller;
  readonly results: readonly ReconcileResult[];
  readonly lines: readonly LogLine[];
}

/** A controller at work, whose chance is always 0: the n-th delay is half of 1 s, 2 s, 4 s, … up to 8 s. */
function bench(reconcile: Reconcile, concurrency = 1): Bench {
  const clock = createFakeClock();
  const queue = new Queue(clock, { added() {}, taken() {}, depth() {} });
  const results: ReconcileResult[] = [];
  const { log, lines } = aLog();
  const controller = createController({
    name: 'test',
    queue,
    reconcile,
    concurrency,
    backoff: { baseMs: 1_000, maxMs: 8_000 },
    clock,
    random: () => 0,
    newId: () => 'id-1',
    log,
    metrics: {
      ...{ started() {}, steppedAside() {}, resumed() {}, retried() {}, observe() {} },
      finished: result => results.push(result),
    },
  });
  return { clock, queue, controller, results, lines };
}

function anError(retry: RetryClass): SyncError {
  return { reason: 'Unavailable', retry, message: 'm' };
}

/** A reconcile that answers with each of `outcomes` in turn, then with the last again and again, and notes the times. */
function scripted(...outcomes: readonly (Outcome | Error)[]) {
  const times: number[] = [];
  let clock: FakeClock | undefined;
  const reconcile: Reconcile = async () => {
    const outcome = outcomes[Math.min(times.length, outcomes.length - 1)];
    times.push(clock?.monotonic() ?? -1);
    if (outcome === undefined || outcome instanceof Error) throw outcome;
    return outcome;
  };
  const start = (concurrency?: number): Bench => {
    const b = bench(reconcile, concurrency);
    clock = b.clock;
    return b;
  };
  return { times, start };
}

/** Moves the clock in steps of half a second, so that work and time take turns as they do in life. */
async function pass(clock: FakeClock, seconds: number): Promise<void> {
  await settled();
  for (let step = 0; step < seconds * 2; step += 1) {
    clock.advance(500);
    await settled();
  }
}

const retryTransient: Outcome = { kind: 'retry', error: anError('transient') };
const retryConflict: Outcome = { kind: 'retry', error: anError('conflict') };
const terminal: Outcome = { kind: 'terminal', error: anError('terminal') };

interface Row {
  readonly why: string;
  readonly outcomes: readonly (Outcome | Error)[];
  /** Milliseconds at which the key is worked on within 20 seconds. */
  readonly times: readonly number[];
  readonly results: readonly ReconcileResult[];
}

const rows: readonly Row[] = [
  { why: 'done: the next change wakes it', outcomes: [done], times: [0], results: ['success'] },
  {
    why: 'after: it is looked at again then',
    outcomes: [{ kind: 'after', ms: 5_000 }, done],
    times: [0, 5_000],
    results: ['requeue_after', 'success'],
  },
  { why: 'terminal: only a change wakes it', outcomes: [terminal], times: [0], results: ['terminal_error'] },
  {
    why: 'retry: the delay doubles up to its maximum',
    outcomes: [retryTransient],
    times: [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500],
    results: Array.from({ length: 8 }, () => 'error'),
  },
  {
    why: 'a success begins the delays anew',
    outcomes: [retryTransient, retryTransient, { kind: 'after', ms: 10_000 }, retryTransient, done],
    times: [0, 500, 1_500, 11_500, 12_000],
    results: ['error', 'error', 'requeue_after', 'error', 'success'],
  },
  {
    why: 'a conflict is decided again at once',
    outcomes: [retryConflict, done],
    times: [0, 0],
    results: ['error', 'success'],
  },
  {
    why: 'conflict upon conflict is no hot loop: the second one waits',
    outcomes: [retryConflict, retryConflict, retryConflict, done],
    times: [0, 0, 500, 1_500],
    results: ['error', 'error', 'error', 'success'],
  },
  {
    why: 'a conflict after another failure waits with it',
    outcomes: [retryTransient, retryConflict, done],
    times: [0, 500, 1_500],
    results: ['error', 'error', 'success'],
  },
  {
    why: 'a panic ends no worker, and is retried with delay',
    outcomes: [new TypeError('x is not a function'), new Error('again'), done],
    times: [0, 500, 1_500],
    results: ['panic', 'panic', 'success'],
  },
];

for (const { why, outcomes, times, results } of rows) {
  test(why, async () => {
    const script = scripted(...outcomes);
    const b = script.start();
    const running = b.controller.run();
    b.queue.add('shop/a');
    await pass(b.clock, 20);
    expect(script.times).toEqual(times);
    expect(b.results).toEqual(results);
    b.queue.close();
    await running;
  });
}

test('a panic logs the kind of what was thrown, never its text, which may quote a value', async () => {
  const thrown: unknown[] = [new TypeError('hunter2 is not a function'), 'hunter2'];
  const b = bench(async () => {
    if (thrown.length === 0) return done;
    throw thrown.shift();
  });
  const running = b.controller.run();
  b.queue.add('shop/a');
  await pass(b.clock, 2);
  const line = { level: 'error', event: 'reconcile panicked', controller: 'test', namespace: 'shop', name: 'a' };
  expect(b.lines).toEqual(['TypeError', 'Unknown'].map(reason => ({ ...line, reconcileID: 'id-1', reason })));
  expect(b.results).toEqual(['panic', 'panic', 'success']);
  b.queue.close();
  await running;
});

test('a key that changes while it is worked on is worked on again, whatever the outcome', async () => {
  const script = scripted(terminal, done);
  const b = script.start();
  const running = b.controller.run();
  b.queue.add('shop/a');
  b.queue.add('shop/b');
  await settled();
  expect(b.results).toEqual(['terminal_error', 'success']);
  b.queue.close();
  await running;
});

interface Held {
  readonly reconcile: Reconcile;
  readonly finish: (key: string) => void;
  readonly max: () => number;
}

/** A reconcile that works until the test lets a key go. */
function held(): Held {
  const working = new Map<string, () => void>();
  let max = 0;
  return {
    reconcile: key =>
      new Promise(resolve => {
        expect(working.has(key), 'one worker for each key').toBe(false);
        working.set(key, () => resolve(done));
        max = Math.max(max, working.size);
      }),
    finish: key => {
      working.get(key)?.();
      working.delete(key);
    },
    max: () => max,
  };
}

test('as many keys are worked on at a time as there are workers, and never one key twice', async () => {
  const work = held();
  const b = bench(work.reconcile, 3);
  const running = b.controller.run();
  for (const key of ['a', 'b', 'c', 'd', 'e', 'a']) b.queue.add(`shop/${key}`);
  await settled();
  expect([work.max(), b.queue.length], 'the next one is in hand').toEqual([3, 1]);
  b.queue.add('shop/a');
  await settled();
  for (const key of ['a', 'b', 'c', 'd', 'e', 'a']) {
    work.finish(`shop/${key}`);
    await settled();
  }
  expect(b.results).toHaveLength(6);
  b.queue.close();
  await running;
});

test('run resolves after close, and not before the work under way is done', async () => {
  const work = held();
  const b = bench(work.reconcile, 2);
  let hasEnded = false;
  const running = b.controller.run().then(() => {
    hasEnded = true;
  });
  b.queue.add('shop/a');
  await settled();
  b.queue.close();
  await settled();
  expect(hasEnded).toBe(false);
  work.finish('shop/a');
  await running;
  expect(b.results).toEqual(['success']);
});

test('longestRunningMs tells of a stuck worker, and 0 when nobody works', async () => {
  const work = held();
  const b = bench(work.reconcile, 2);
  const running = b.controller.run();
  expect(b.controller.longestRunningMs()).toBe(0);
  b.queue.add('shop/a');
  await settled();
  b.clock.advance(1_000);
  b.queue.add('shop/b');
  await settled();
  b.clock.advance(500);
  expect(b.controller.longestRunningMs()).toBe(1_500);
  work.finish('shop/a');
  await settled();
  expect(b.controller.longestRunningMs()).toBe(500);
  work.finish('shop/b');
  b.queue.close();
  await running;
  expect(b.controller.longestRunningMs()).toBe(0);
});

/** A reconcile that waits for an answer, and then works until the test lets its key go. */
function asking() {
  const work = held();
  const answers = new Map<string, PromiseWithResolvers<void>>();
  const reconcile: Reconcile = async (key, turn) => {
    const answer = Promise.withResolvers<void>();
    answers.set(key, answer);
    await turn.aside(answer.promise);
    return await work.reconcile(key, turn);
  };
  return { ...work, reconcile, answers };
}

test('who waits long for an answer steps aside, and others are worked on', async () => {
  const { reconcile, answers, finish, max } = asking();
  const b = bench(reconcile, 2);
  const running = b.controller.run();
  for (const key of ['a', 'b', 'c', 'd', 'e']) b.queue.add(`shop/${key}`);
  await settled();
  expect([...answers.keys()], 'for a moment it is waited for').toEqual(['shop/a', 'shop/b']);
  await pass(b.clock, 2);
  expect(answers.size).toBe(5);
  b.clock.advance(400_000);
  expect(b.controller.longestRunningMs(), 'nobody is stuck').toBe(0);

  for (const { resolve } of answers.values()) resolve();
  await settled();
  expect(max(), 'and when all answers are there, no more than there are workers').toBe(2);
  for (const key of ['a', 'b', 'c', 'd', 'e']) {
    finish(`shop/${key}`);
    await settled();
  }
  expect(b.results).toHaveLength(5);
  b.queue.close();
  await running;
});

test('an answer that fails fails the reconcile, also of one that has stepped aside', async () => {
  for (const waitsS of [0, 1]) {
    const { reconcile, answers } = asking();
    const b = bench(reconcile, 1);
    const running = b.controller.run();
    b.queue.add('shop/a');
    await pass(b.clock, waitsS);
    answers.get('shop/a')?.reject(new TypeError('x'));
    await settled();
    expect(b.results).toEqual(['panic']);
    expect(b.controller.longestRunningMs()).toBe(0);
    b.queue.close();
    await running;
  }
});

test('run resolves only when those who stepped aside are done', async () => {
  const { reconcile, answers, finish } = asking();
  const b = bench(reconcile, 1);
  let hasEnded = false;
  const running = b.controller.run().then(() => {
    hasEnded = true;
  });
  b.queue.add('shop/a');
  await pass(b.clock, 1);
  b.queue.close();
  await settled();
  expect(hasEnded).toBe(false);
  answers.get('shop/a')?.resolve();
  await settled();
  finish('shop/a');
  await running;
  expect(b.results).toEqual(['success']);
});

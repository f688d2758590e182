import { expect, test } from 'vitest';
import { aLog } from '../../../test/support/builders.ts';
import { createFakeClock, settled } from '../../../test/support/fake-clock.ts';
import { createController } from './controller.ts';
import { done, type Outcome } from './outcome.ts';
import { Queue } from './queue.ts';
import { refreshDelayMs } from './schedule.ts';

const COUNT = 1_000;
const MINUTE_MS = 60_000;
const nothing = (): void => undefined;

/** A controller of a thousand objects that were all added at one moment, in virtual time; chance goes round evenly. */
function crowd(outcome: (random: () => number) => Outcome) {
  const clock = createFakeClock(0);
  const queue = new Queue(clock, { added: nothing, taken: nothing, depth: nothing });
  let turn = 0;
  const random = () => {
    turn += 1;
    return (turn * 0.618_033_988_75) % 1;
  };
  const at: number[] = [];
  const controller = createController({
    name: 'test',
    queue,
    reconcile: async () => {
      at.push(clock.monotonic());
      return outcome(random);
    },
    concurrency: 20,
    backoff: { baseMs: 1_000, maxMs: 60_000 },
    clock,
    random,
    newId: () => '',
    log: aLog().log,
    metrics: {
      ...{ started: nothing, steppedAside: nothing, resumed: nothing },
      ...{ retried: nothing, observe: nothing, finished: nothing },
    },
  });
  for (let index = 0; index < COUNT; index += 1) queue.add(`shop/${index}`);
  const running = controller.run();
  /** Lets time pass in steps of a second. */
  const pass = async (ms: number): Promise<readonly number[]> => {
    await settled();
    at.length = 0;
    for (let passed = 0; passed < ms; passed += 1_000) {
      clock.advance(1_000);
      await settled();
    }
    return [...at];
  };
  const end = async (): Promise<void> => {
    queue.close();
    await running;
  };
  return { clock, pass, end };
}

test('objects that wait for nothing cost nothing: no timer, no reconcile', async () => {
  const { clock, pass, end } = crowd(() => done);
  expect(await pass(24 * 60 * MINUTE_MS)).toEqual([]);
  expect(clock.timers).toBe(0);
  await end();
});

test('a thousand refreshes need one timer, each keeps its promise, and they do not come together', async () => {
  const { clock, pass, end } = crowd(random => ({ kind: 'after', ms: refreshDelayMs(MINUTE_MS, random) }));
  const runs = await pass(60 * MINUTE_MS);
  expect(clock.timers).toBe(1);
  expect(runs.length).toBeGreaterThanOrEqual(COUNT * 60);
  expect(runs.length, 'none is looked at more often than its interval asks for').toBeLessThanOrEqual(
    (COUNT * 60) / 0.96,
  );
  const seconds = Map.groupBy(runs.slice(-10 * COUNT), ms => Math.floor(ms / 1_000));
  const busiest = Math.max(...[...seconds.values()].map(found => found.length));
  expect(busiest, 'after an hour of jitter no second has a fifth of all').toBeLessThan(COUNT / 5);
  await end();
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFakeClock, type FakeClock, settled } from '../../../test/support/fake-clock.ts';
import { createLeaseServer, type Fate } from '../../../test/support/lease-server.ts';
import type { Clock } from './clock.ts';
import { type ElectionTimes, LeaderElection } from './leader-election.ts';
import type { Log } from './log.ts';

const TIMES = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 };
const STEP_MS = 100;
/** All that may pass in good times until somebody leads: a dead holder's time, a look, a budget, once more for a conflict. */
const RECOVERY_MS = 30_000;

type Event =
  | { readonly kind: 'pause' | 'crash' | 'release'; readonly who: 0 | 1 }
  | { readonly kind: 'resume' }
  | { readonly kind: 'skew'; readonly who: 0 | 1; readonly ms: number }
  | { readonly kind: 'annotate' };

interface Step {
  readonly afterMs: number;
  readonly event: Event;
}

const who = fc.constantFrom<0 | 1>(0, 1);
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constantFrom('pause' as const, 'crash' as const, 'release' as const), who }),
  fc.record({ kind: fc.constant('resume' as const) }),
  fc.record({ kind: fc.constant('skew' as const), who, ms: fc.integer({ min: -60_000, max: 60_000 }) }),
  fc.record({ kind: fc.constant('annotate' as const) }),
);
const step: fc.Arbitrary<Step> = fc.record({ afterMs: fc.integer({ min: 1, max: 12_000 }), event });
const latency = fc.oneof(
  { arbitrary: fc.integer({ min: 0, max: 300 }), weight: 6 },
  { arbitrary: fc.integer({ min: 0, max: 25_000 }), weight: 1 },
);
const fate: fc.Arbitrary<Fate> = fc.oneof(
  { arbitrary: fc.record({ sendMs: latency, answerMs: latency }), weight: 6 },
  {
    arbitrary: fc.record({ sendMs: latency, lost: fc.constantFrom('request' as const, 'answer' as const) }),
    weight: 1,
  },
);

const metrics = { leading() {} };
const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent };

/** A machine that runs one operator after the other, as Kubernetes does: a process that ends is started anew. */
class Machine {
  readonly #clock: FakeClock;
  readonly #begin: (life: number, clock: Clock, receive: (answer: () => void) => void) => LeaderElection;
  readonly #late: (() => void)[] = [];
  #skewMs = 0;
  #isPaused = false;
  #life = 0;
  #election: LeaderElection;

  constructor(
    clock: FakeClock,
    begin: (life: number, clock: Clock, receive: (answer: () => void) => void) => LeaderElection,
  ) {
    this.#clock = clock;
    this.#begin = begin;
    this.#election = this.#start();
  }

  /** What the process would find if it asked now. */
  get isLeading(): boolean {
    return this.#election.isLeading();
  }

  skew(ms: number): void {
    this.#skewMs = ms;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    for (const callback of this.#late.splice(0)) callback();
  }

  /** As kill -9: what is under way to the server arrives all the same. */
  crash(): void {
    this.#isPaused = false;
    this.#late.length = 0;
    this.#election = this.#start();
  }

  release(): void {
    if (this.#isPaused) return;
    const old = this.#election;
    void old.release().then(() => {
      if (this.#election === old) this.#election = this.#start();
    });
  }

  #start(): LeaderElection {
    this.#life += 1;
    const life = this.#life;
    /** Timers and answers of a paused process wait until it wakes; those of a dead one come to nothing. */
    const receive = (callback: () => void): void => {
      if (life !== this.#life) return;
      if (this.#isPaused) this.#late.push(callback);
      else callback();
    };
    const clock: Clock = {
      now: () => this.#clock.now() + this.#skewMs,
      monotonic: () => this.#clock.monotonic(),
      schedule: (ms, callback) => this.#clock.schedule(ms, () => receive(callback)),
    };
    const election = this.#begin(life, clock, receive);
    void election.run();
    void election.lost.then(() => {
      if (life === this.#life) this.#election = this.#start();
    });
    return election;
  }
}

interface Story {
  readonly steps: readonly Step[];
  readonly fates: readonly Fate[];
  readonly chances: readonly number[];
}

const story: fc.Arbitrary<Story> = fc.record({
  steps: fc.array(step, { maxLength: 25 }),
  fates: fc.array(fate, { minLength: 5, maxLength: 60 }),
  chances: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 5, maxLength: 20 }),
});

async function play({ steps, fates, chances }: Story, times: ElectionTimes): Promise<void> {
  const clock = createFakeClock();
  const server = createLeaseServer(clock);
  let isCalm = false;
  let [fateIndex, chanceIndex] = [0, 0];
  const nextFate = (): Fate => (isCalm ? { answerMs: 10 } : (fates[fateIndex++ % fates.length] ?? {}));
  const random = (): number => chances[chanceIndex++ % chances.length] ?? 0;
  const machines = ['a', 'b'].map(
    name =>
      new Machine(clock, (life, own, receive) => {
        const store = server.connect({ clock: own, budgetMs: 5_000, fate: nextFate, receive });
        const identity = `${name}-${life}`;
        return new LeaderElection({ identity, times, clock: own, random, log: silent, store, metrics });
      }),
  );

  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= STEP_MS) {
      clock.advance(Math.min(STEP_MS, left));
      await settled();
      expect(machines.filter(machine => machine.isLeading).length, 'leaders').toBeLessThanOrEqual(1);
    }
  };
  const act = (happening: Event): void => {
    switch (happening.kind) {
      case 'pause':
      case 'crash':
      case 'release':
        machines[happening.who]?.[happening.kind]();
        break;
      case 'skew':
        machines[happening.who]?.skew(happening.ms);
        break;
      case 'resume':
        for (const machine of machines) machine.resume();
        break;
      case 'annotate':
        server.set(server.stored?.record);
        break;
      default:
        happening satisfies never;
    }
  };

  for (const { afterMs, event: happening } of steps) {
    await pass(afterMs);
    act(happening);
    await settled();
  }
  isCalm = true;
  for (const machine of machines) machine.resume();
  // What is still on its way may be as late as the latest.
  await pass(50_000 + RECOVERY_MS);
  expect(machines.filter(machine => machine.isLeading).length, 'somebody leads again').toBe(1);
}

test('two processes never lead at once, and one always does in the end', async () => {
  await fc.assert(
    fc.asyncProperty(story, one => play(one, TIMES)),
    { numRuns: 100 },
  );
}, 60_000);

const planted = [
  { why: 'acts for longer than the others wait', times: { ...TIMES, renewDeadlineMs: 18_000 } },
  { why: 'waits for a shorter time than the others act', times: { ...TIMES, leaseDurationMs: 8_000 } },
];

for (const { why, times } of planted) {
  test(`a planted defect is caught: a process that ${why}`, async () => {
    const { failed } = await fc.check(
      fc.asyncProperty(story, one => play(one, times)),
      { numRuns: 300, seed: 1, endOnFailure: true },
    );
    expect(failed).toBe(true);
  }, 60_000);
}

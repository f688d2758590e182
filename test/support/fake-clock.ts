import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/controller/runtime/clock.ts';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Virtual time: it stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves both clocks forward and calls every timer that falls due, in the order of time; ties in order of creation. */
  advance(ms: number): void;
  /** Moves the wall clock alone, as an administrator or NTP does. */
  setWall(ms: number): void;
  /** Milliseconds until the next timer falls due; undefined when there is none. */
  readonly nextMs: number | undefined;
  /** Number of timers that are neither called nor cancelled. */
  readonly timers: number;
}

/** `wall` is the wall-clock time at the start, in milliseconds since the epoch; the monotonic clock starts at 0. */
export function createFakeClock(wall: number = Date.parse('2030-01-01T00:00:00Z')): FakeClock {
  const timers = new Set<Timer>();
  let monotonic = 0;
  let offset = wall;

  const earliest = (until: number): Timer | undefined => {
    let first: Timer | undefined;
    for (const timer of timers) if (timer.at <= until && (first === undefined || timer.at < first.at)) first = timer;
    return first;
  };

  return {
    now: () => offset + monotonic,
    monotonic: () => monotonic,
    schedule(ms, callback) {
      const timer = { at: monotonic + Math.max(0, ms), callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const until = monotonic + ms;
      for (let timer = earliest(until); timer !== undefined; timer = earliest(until)) {
        timers.delete(timer);
        monotonic = timer.at;
        timer.callback();
      }
      monotonic = until;
    },
    setWall(ms) {
      offset = ms - monotonic;
    },
    get nextMs() {
      const next = earliest(Number.POSITIVE_INFINITY);
      return next === undefined ? undefined : next.at - monotonic;
    },
    get timers() {
      return timers.size;
    },
  };
}

/** Resolves when every promise that can settle without the outside world has settled: no virtual time passes. */
export async function settled(): Promise<void> {
  await setImmediate();
}

import type { Clock } from '../../src/controller/runtime/clock.ts';
import { systemClock } from '../../src/controller/runtime/system-clock.ts';

export interface LeapingClock extends Clock {
  /** Puts it forward: what would have fallen due meanwhile does so at once. */
  leap(ms: number): void;
}

/** The machine's time, which a test can put forward, for an operator within this process. */
export function createLeapingClock(): LeapingClock {
  const timers = new Map<object, { readonly at: number; readonly callback: () => void; cancel: () => void }>();
  let ahead = 0;
  const monotonic = (): number => systemClock.monotonic() + ahead;
  const arm = (key: object, at: number, callback: () => void): void => {
    const cancel = systemClock.schedule(Math.max(0, at - monotonic()), () => {
      timers.delete(key);
      callback();
    });
    timers.set(key, { at, callback, cancel });
  };
  return {
    monotonic,
    now: () => systemClock.now() + ahead,
    schedule(ms, callback) {
      const key = {};
      arm(key, monotonic() + ms, callback);
      return () => {
        timers.get(key)?.cancel();
        timers.delete(key);
      };
    },
    leap(ms) {
      ahead += ms;
      for (const [key, { at, callback, cancel }] of [...timers]) {
        cancel();
        arm(key, at, callback);
      }
    },
  };
}

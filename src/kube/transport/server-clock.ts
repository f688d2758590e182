import type { Clock } from '../../controller/runtime/clock.ts';

/** Whole seconds are all that a Date header tells: what differs by less than this is taken for equal. */
const TOLERANCE_MS = 2_000;
/** In the middle of the second that the header names. */
const HALF_SECOND_MS = 500;
/** Of a clock that stays wrong, people are reminded. */
const REMIND_MS = 3_600_000;

export interface ServerClock extends Clock {
  /** Takes the Date header of an answer; `askedAt` is monotonic. */
  see(date: string, askedAt: number): void;
}

/**
 * `own`, but with the wall-clock time of the API server wherever the two differ: the times that we write are compared
 * with those at which containers were started, and a node whose clock is wrong must not make changes look older or
 * younger than pods. `tell` is called with the milliseconds by which ours is ahead, once an hour as long as it is.
 */
export function createServerClock(own: Clock, tell: (aheadMs: number) => void): ServerClock {
  let seen: { readonly ms: number; readonly at: number } | undefined;
  let toldAt = Number.NEGATIVE_INFINITY;

  /** How far ours is ahead of the API server's; 0 when that cannot be told. */
  const aheadMs = (): number => {
    if (seen === undefined) return 0;
    // By the monotonic clock: our own wall clock may jump between two answers.
    const ms = own.now() - (seen.ms + own.monotonic() - seen.at);
    return Math.abs(ms) <= TOLERANCE_MS ? 0 : ms;
  };

  return {
    ...own,
    now: () => own.now() - aheadMs(),
    see(date, askedAt) {
      const at = own.monotonic();
      const ms = Date.parse(date) + HALF_SECOND_MS;
      // What was long under way says little of now.
      if (Number.isNaN(ms) || at - askedAt > TOLERANCE_MS) return;
      seen = { ms, at };
      if (aheadMs() === 0 || at - toldAt < REMIND_MS) return;
      toldAt = at;
      tell(aheadMs());
    },
  };
}

import type { Clock } from '../../controller/runtime/clock.ts';

export interface TokenBucket {
  /** Resolves when one call may be made; `isFirst` goes before all that is only refreshed. */
  take(isFirst: boolean): Promise<void>;
  /** AWS has refused a call for its rate: half as many from now on. */
  throttled(): void;
  /** AWS has answered: a little more, up to the rate that it was made with. */
  answered(): void;
}

export interface TokenBucketOptions {
  readonly clock: Clock;
  /** Calls a second, and as many at once. */
  readonly ratePerS: number;
}

const SLOWEST_PER_S = 0.5;
/** Of the full rate, for each answer: a hundred answers undo what throttling took. */
const RECOVERY = 0.01;

/** Keeps calls under a quota: additive increase, multiplicative decrease, as TCP does it. */
export function createTokenBucket({ clock, ratePerS }: TokenBucketOptions): TokenBucket {
  const waiting: Record<'first' | 'later', (() => void)[]> = { first: [], later: [] };
  let rate = ratePerS;
  let tokens = ratePerS;
  let countedAt = clock.monotonic();
  let isArmed = false;

  const refill = (): void => {
    const now = clock.monotonic();
    tokens = Math.min(Math.max(1, rate), tokens + ((now - countedAt) / 1_000) * rate);
    countedAt = now;
  };
  const release = (): void => {
    refill();
    while (tokens >= 1) {
      const next = waiting.first.shift() ?? waiting.later.shift();
      if (next === undefined) return;
      tokens -= 1;
      next();
    }
    if (isArmed || waiting.first.length + waiting.later.length === 0) return;
    isArmed = true;
    clock.schedule(Math.ceil(((1 - tokens) / rate) * 1_000), () => {
      isArmed = false;
      release();
    });
  };

  return {
    take: isFirst =>
      new Promise(resolve => {
        waiting[isFirst ? 'first' : 'later'].push(resolve);
        release();
      }),
    throttled() {
      refill();
      rate = Math.max(SLOWEST_PER_S, rate / 2);
      tokens = Math.min(tokens, 1);
    },
    answered() {
      rate = Math.min(ratePerS, rate + ratePerS * RECOVERY);
    },
  };
}

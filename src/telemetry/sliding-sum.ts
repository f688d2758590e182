import type { Clock } from '../controller/runtime/clock.ts';

/** Sums what was added within the last while. */
export interface SlidingSum {
  add(amount: number): void;
  read(): {
    readonly sum: number;
    /** Milliseconds in which it was added: the whole window, or less at the beginning. */
    readonly overMs: number;
  };
}

export interface SlidingSumOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** The window is so many steps long; what is as old as that goes step by step. */
  readonly stepMs: number;
  readonly steps: number;
}

export function createSlidingSum({ clock, stepMs, steps }: SlidingSumOptions): SlidingSum {
  const startedAt = clock.monotonic();
  const sums = new Float64Array(steps);
  let step = 0;

  /** Empties the steps that have come since. */
  const advance = (): number => {
    const elapsedMs = clock.monotonic() - startedAt;
    const now = Math.floor(elapsedMs / stepMs);
    for (let passed = Math.max(step + 1, now - steps + 1); passed <= now; passed += 1) sums[passed % steps] = 0;
    step = now;
    return elapsedMs;
  };
  return {
    add(amount) {
      advance();
      sums[step % steps] = (sums[step % steps] ?? 0) + amount;
    },
    read() {
      const elapsedMs = advance();
      const overMs = elapsedMs - Math.max(0, step - steps + 1) * stepMs;
      return { sum: sums.reduce((sum, amount) => sum + amount, 0), overMs };
    },
  };
}

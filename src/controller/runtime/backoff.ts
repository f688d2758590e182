import type { Random } from './clock.ts';

export interface BackoffOptions {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** Milliseconds that double with each failure after the first, up to `maxMs`. */
export function stepMs(failures: number, { baseMs, maxMs }: BackoffOptions): number {
  return Math.min(maxMs, baseMs * 2 ** Math.min(30, Math.max(0, failures - 1)));
}

/**
 * Delay before attempt `failures + 1`, in milliseconds: exponential, between half of its step and the whole of it,
 * so that keys that failed together do not come back together, and none comes back at once.
 */
export function backoffMs(failures: number, options: BackoffOptions, random: Random): number {
  const step = stepMs(failures, options);
  return Math.round(step / 2 + (step / 2) * random());
}

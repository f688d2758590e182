import type { Random } from './clock.ts';

/**
 * Delay until the next refresh, in milliseconds: 90 to 100 % of the interval. Never longer, because the interval is a
 * promise; spread, because objects that were applied together would otherwise ask AWS together for ever.
 */
export function refreshDelayMs(intervalMs: number, random: Random): number {
  return Math.round(intervalMs * (0.9 + 0.1 * random()));
}

import type { Random } from './clock.ts';

/**
 * Delay until the next refresh, in milliseconds: 96 to 98 % of the interval, from the moment when the last answer was
 * asked for. Never longer, because the interval is a promise, and asking takes time; hardly less, because each refresh
 * costs; spread, because replicas of one cluster would otherwise ask AWS together for ever.
 */
export function refreshDelayMs(intervalMs: number, random: Random): number {
  return Math.round(intervalMs * (0.96 + 0.02 * random()));
}

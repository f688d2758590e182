import fc from 'fast-check';
import { expect, test } from 'vitest';
import { refreshDelayMs } from './schedule.ts';

test('a refresh comes in the last twenty-fifth of its interval, and never after it: the interval is a promise', () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 10_000, max: 2_592_000_000 }), random, (intervalMs, chance) => {
      const ms = refreshDelayMs(intervalMs, () => chance);
      expect(Number.isInteger(ms)).toBe(true);
      expect(ms).toBeGreaterThanOrEqual(Math.floor(intervalMs * 0.96));
      expect(ms).toBeLessThanOrEqual(Math.ceil(intervalMs * 0.98));
    }),
  );
});

test('chance spreads objects that were applied together', () => {
  expect(refreshDelayMs(60_000, () => 0)).toBe(57_600);
  expect(refreshDelayMs(60_000, () => 0.5)).toBe(58_200);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

const OPTIONS = { baseMs: 1_000, maxMs: 60_000 };

const rows = [
  { failures: 0, random: 0, ms: 500, why: 'no failure counts like one' },
  { failures: 1, random: 0, ms: 500, why: 'the first delay is at least half of the base' },
  { failures: 1, random: 0.5, ms: 750, why: 'chance spreads the other half' },
  { failures: 2, random: 0, ms: 1_000, why: 'every failure doubles the step' },
  { failures: 6, random: 0, ms: 16_000, why: 'and again' },
  { failures: 7, random: 0, ms: 30_000, why: 'the step ends at the maximum' },
  { failures: 10_000, random: 0, ms: 30_000, why: 'no number of failures overflows' },
];

for (const { failures, random, ms, why } of rows) {
  test(`after ${failures} failures: ${why}`, () => expect(backoffMs(failures, OPTIONS, () => random)).toBe(ms));
}

test('the delay is never 0, never above the maximum, and never shrinks while failures grow', () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.nat(100), random, (failures, chance) => {
      const ms = backoffMs(failures, OPTIONS, () => chance);
      expect(ms).toBeGreaterThanOrEqual(OPTIONS.baseMs / 2);
      expect(ms).toBeLessThanOrEqual(OPTIONS.maxMs);
      expect(backoffMs(failures + 1, OPTIONS, () => chance)).toBeGreaterThanOrEqual(ms);
    }),
  );
});

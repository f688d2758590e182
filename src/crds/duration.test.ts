import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDuration } from './duration.ts';

const rows = [
  { text: '0', ms: 0, why: 'zero needs no unit: it turns polling off' },
  { text: '0s', ms: 0, why: 'zero of any unit is zero' },
  { text: '1m', ms: 60_000, why: 'one unit' },
  { text: '1h30m', ms: 5_400_000, why: 'units add up' },
  { text: '1.5s', ms: 1_500, why: 'fractions are Go durations too' },
  { text: '250ms', ms: 250, why: '`ms` is not minutes followed by an s' },
  { text: '1m1ms', ms: 60_001, why: 'm and ms stand side by side' },
  { text: '720h', ms: 2_592_000_000, why: 'the longest that the API accepts' },
  { text: '', ms: undefined, why: 'nothing is no duration' },
  { text: '60', ms: undefined, why: 'a number without a unit is refused by Go' },
  { text: '-1m', ms: undefined, why: 'a promise cannot be negative' },
  { text: '1d', ms: undefined, why: 'Go has no days' },
  { text: '1m ', ms: undefined, why: 'no blanks' },
  { text: '1m\n', ms: undefined, why: 'no line breaks' },
  { text: '.5s', ms: undefined, why: 'the pattern of the CRD wants a digit before the point' },
  { text: '1.s', ms: undefined, why: 'the pattern of the CRD wants a digit after the point' },
  { text: 'PT1M', ms: undefined, why: 'ISO 8601 is another language' },
];

for (const { text, ms, why } of rows) {
  test(`parseDuration(${JSON.stringify(text)}): ${why}`, () => expect(parseDuration(text)).toBe(ms));
}

test('parseDuration gives the sum of the parts of any duration', () => {
  const part = fc.record({ n: fc.nat(10_000), unit: fc.constantFrom('h', 'm', 's', 'ms') });
  const unitMs = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), parts => {
      const text = parts.map(({ n, unit }) => `${n}${unit}`).join('');
      expect(parseDuration(text)).toBe(parts.reduce((sum, { n, unit }) => sum + n * unitMs[unit as 'h'], 0));
    }),
  );
});

test('parseDuration never throws, and gives undefined or a whole number of milliseconds', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 32 }), text => {
      const ms = parseDuration(text);
      expect(ms === undefined || (Number.isInteger(ms) && ms >= 0)).toBe(true);
    }),
  );
});

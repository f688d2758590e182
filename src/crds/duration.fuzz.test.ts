import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostileText } from '../../test/support/hostile.ts';
import { parseDuration } from './duration.ts';

const UNITS = [
  ['ms', 1],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** A duration of the CRD, read from left to right; undefined for anything else. */
function model(text: string): number | undefined {
  if (text === '0') return 0;
  let rest = text;
  let ms = 0;
  while (rest !== '') {
    const number = /^[0-9]+([.][0-9]+)?/.exec(rest)?.[0];
    const unit = UNITS.find(([name]) => number !== undefined && rest.startsWith(name, number.length));
    if (number === undefined || unit === undefined) return undefined;
    ms += Number(number) * unit[1];
    rest = rest.slice(number.length + unit[0].length);
  }
  return text === '' || !Number.isSafeInteger(Math.round(ms)) ? undefined : Math.round(ms);
}

test('any text is the duration that it reads as, in whole milliseconds, or none', () => {
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom('0', '1', '9', '.', 'm', 's', 'h', '-', ' ', '\n'), maxLength: 12 }),
    fc.stringMatching(/^([0-9]{1,4}([.][0-9]{1,3})?(ms|s|m|h)){1,4}$/),
    hostileText,
    hostileText.map(text => `1m${text}`),
  );
  fc.assert(
    fc.property(text, text => {
      const ms = parseDuration(text);
      expect(ms).toBe(model(text));
      expect(Number.isSafeInteger(ms ?? 0)).toBe(true);
    }),
    { numRuns: 500, examples: [[`${'9'.repeat(400)}h`]] },
  );
});

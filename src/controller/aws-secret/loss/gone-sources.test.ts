import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Gone, goneAgain, isSurelyGone } from './gone-sources.ts';

const MINUTE = 60_000;
const after = (...minutes: readonly number[]): boolean => {
  const gone = minutes.reduce<Gone | undefined>((known, minute) => goneAgain(known, 'uid', minute * MINUTE), undefined);
  return gone !== undefined && isSurelyGone(gone);
};

const rows = [
  { why: 'once says nothing', looks: [0], is: false },
  { why: 'three times within a minute says nothing', looks: [0, 0.5, 1], is: false },
  { why: 'twice over ten minutes is too few', looks: [0, 10], is: false },
  { why: 'three times over ten minutes is enough', looks: [0, 5, 10], is: true },
  { why: 'looks at once are one', looks: [0, 10, 10.1, 10.2], is: false },
  { why: 'nobody has looked for an hour, in which it may have been there', looks: [0, 5, 65], is: false },
  { why: 'a look every minute', looks: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], is: true },
];

test.each(rows)('$why', ({ looks, is }) => {
  expect(after(...looks)).toBe(is);
});

test('an AwsSecret that was made anew begins anew', () => {
  const before = { uid: 'old', since: 0, lastSeen: 9 * MINUTE, times: 9 };
  expect(goneAgain(before, 'new', 10 * MINUTE)).toMatchObject({ uid: 'new', times: 1 });
});

test('never in less than ten minutes, however often it is looked', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 9.99, noNaN: true }), { minLength: 1 }), looks => {
      expect(after(...looks.toSorted((a, b) => a - b))).toBe(false);
    }),
  );
});

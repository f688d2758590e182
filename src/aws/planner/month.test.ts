import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MODES, monthOf, refreshes, type Usage, versions } from './month.ts';
import { CALL_PRICE } from './prices.ts';

const once = (title: string, count: number): Usage | undefined => MODES.find(mode => mode.title === title)?.once(count);

const rows = [
  {
    why: 'a list has a hundred to the page and decrypts nothing',
    title: 'Eventual, 1m',
    is: { calls: 10, priced: { least: 10, most: 10 }, decryptions: 0, records: 10 },
  },
  {
    why: 'a batch has twenty, and what AWS charges for it is not known',
    title: 'Strict, 1m',
    is: { calls: 50, priced: { least: 50, most: 1_000 }, decryptions: 1_000, records: 2_050 },
  },
  {
    why: 'parameters come by ten, and calls have no price',
    title: 'Parameter Store, 1m',
    is: { calls: 100, priced: { least: 0, most: 0 }, decryptions: 1_000, records: 1_100 },
  },
  {
    why: 'values are read in batches, whatever tells that they moved',
    title: 'on top, if each changes once a day',
    is: { calls: 50, priced: { least: 50, most: 1_000 }, decryptions: 1_000, records: 2_050 },
  },
  {
    why: 'one by one each is a call, a decryption, and an entry for both',
    title: 'for comparison: one GetSecretValue each, every minute',
    is: { calls: 1_000, priced: { least: 1_000, most: 1_000 }, decryptions: 1_000, records: 2_000 },
  },
];

for (const { why, title, is } of rows) {
  test(`${title}, once for 1,000: ${why}`, () => expect(once(title, 1_000)).toEqual(is));
}

test('a refresh comes a little before its interval, so that a month has a few more', () => {
  expect(refreshes(1)).toBeCloseTo(43_200 / 0.96);
  expect(refreshes(10)).toBeCloseTo(4_320 / 0.96);
});

const denials = [
  { why: 'without a list in batches', denied: ['ListSecrets'], calls: 50 },
  { why: 'without either one by one', denied: ['ListSecrets', 'BatchGetSecretValue'], calls: 1_000 },
] as const;

for (const { why, denied, calls } of denials) {
  test(`what is denied is asked in another way: ${why}`, () => {
    expect(versions({ mayLag: true }, denied)(1_000).calls).toBe(calls);
  });
}

test('no mode of ours calls more often, or costs more for calls, than one call for each secret would', () => {
  const ours = MODES.filter(({ title }) => !title.startsWith('for comparison'));
  const [single] = MODES.slice(-1);
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 3_000 }), fc.constantFrom(...ours), (count, mode) => {
      const [own, other] = [monthOf(mode, count), single && monthOf(single, count)];
      // Of two secrets one is more than half: what comes a little early is not made up for yet.
      expect(own.calls).toBeLessThanOrEqual((other?.calls ?? 0) * (1 / 0.96));
      expect(own.priced.least * CALL_PRICE).toBeLessThanOrEqual(own.priced.most * CALL_PRICE);
      expect(own.records).toBeGreaterThanOrEqual(own.calls + own.decryptions);
    }),
    { numRuns: 30 },
  );
});

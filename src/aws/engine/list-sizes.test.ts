import { expect, test } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { createListSizes } from './list-sizes.ts';

const rows = [
  { why: 'the same list', learned: ['prod/a/'], asked: ['prod/a/'], is: 7 },
  { why: 'a list that has more prefixes has it all', learned: ['prod/a/'], asked: ['prod/a/', 'prod/b/'], is: 7 },
  { why: 'the folder around it has it all', learned: ['prod/a/', 'prod/b/'], asked: ['prod/'], is: 7 },
  { why: 'the whole list has every list', learned: ['prod/a/'], asked: [], is: 7 },
  { why: 'part of it may have nothing', learned: ['prod/a/', 'prod/b/'], asked: ['prod/a/'], is: undefined },
  { why: 'part of the whole list may have nothing', learned: [], asked: ['prod/a/'], is: undefined },
  { why: 'another list is another', learned: ['prod/a/'], asked: ['test/'], is: undefined },
];

test.each(rows)('how long a list is: $why', ({ learned, asked, is }) => {
  const clock = createFakeClock();
  const sizes = createListSizes(clock);
  sizes.learn(learned, 7);
  expect(sizes.of(asked)).toBe(is);
  clock.advance(3_600_000);
  expect(sizes.of(asked)).toBeUndefined();
});

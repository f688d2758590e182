import { expect, test } from 'vitest';
import { anchor, table } from './markdown.ts';

test('a cell cannot break its table', () => {
  expect(table(['a', 'b'], [['x|y', 'two\nlines']])).toBe('| a | b |\n|---|---|\n| x\\|y | two lines |\n');
  expect(table(['a'], [['']])).toContain('| – |');
});

const anchors = [
  { heading: 'spec.data[]', is: 'specdata', why: 'punctuation goes' },
  { heading: 'Reasons of events alone', is: 'reasons-of-events-alone', why: 'spaces are hyphens' },
  { heading: 'Two regions, one dead: `Stale`', is: 'two-regions-one-dead-stale', why: 'so do commas and backquotes' },
  { heading: 'A – B', is: 'a--b', why: 'a dash goes, its spaces stay' },
];

for (const { heading, is, why } of anchors) {
  test(`anchor of ${heading}: ${why}`, () => expect(anchor(heading)).toBe(is));
}

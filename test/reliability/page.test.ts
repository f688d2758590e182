import { expect, test } from 'vitest';
import { reliabilityPage } from './page.ts';
import type { Row } from './section.ts';

const row = (fault: string, more: Partial<Row>): Row => ({ fault, promise: 'Stays.', see: 'Look.', ...more });

const page = reliabilityPage('An introduction.', [
  {
    title: 'The first',
    intro: 'What is true of all.',
    rows: [
      row('one', { tests: { 'src/a.test.ts': ['a > b', 'c'] } }),
      row('two', { see: '', untested: 'it cannot be had' }),
      row('three', { tests: { 'test/b.test.ts': ['in `quotes` and *stars*'] }, untested: 'the rest' }),
    ],
  },
  { title: 'The second, and last', intro: '', rows: [row('four', { tests: { 'src/a.test.ts': ['c', 'd'] } })] },
]);

const expected = [
  { line: '# Reliability', why: 'its title' },
  {
    line: 'On this page: [The first](#the-first) · [The second, and last](#the-second-and-last) · [The tests](#the-tests)',
    why: 'the way to each section',
  },
  { line: '| one | Stays. | Look. | [1](../src/a.test.ts) [2](../src/a.test.ts) |', why: 'tests by number' },
  { line: '| two | Stays. | – | not tested: it cannot be had |', why: 'why there is none' },
  { line: '| three | Stays. | Look. | [3](../test/b.test.ts); not tested: the rest |', why: 'or not for all' },
  { line: '| four | Stays. | Look. | [2](../src/a.test.ts) [4](../src/a.test.ts) |', why: 'a test has one number' },
  { line: '| 1 | a \\> b | [src/a.test.ts](../src/a.test.ts) |', why: 'its name and its file' },
  {
    line: '| 3 | in \\`quotes\\` and \\*stars\\* | [test/b.test.ts](../test/b.test.ts) |',
    why: 'a name is text, not Markdown',
  },
];

for (const { line, why } of expected) {
  test(`the page has ${JSON.stringify(line)}: ${why}`, () => expect(page.split('\n')).toContain(line));
}

test('each test is listed once', () => expect(page.match(/^\| \d+ \|/gm)).toHaveLength(4));

import { expect, test } from 'vitest';
import { titlesOf } from './titles.ts';

const FILE = `
import { describe, expect, it, test } from 'vitest';
const rows = [{ why: 'a reset', count: 3 }, { why: 'no answer (at all)' }] as const;
// it('in a comment', () => undefined);
const text = "it('in a string', () => undefined)";
test('alone', () => expect(/alone/.test('alone')).toBe(true));
test(\`a template, and \${rows.length} parts of it\`, () => undefined);
for (const { why } of rows) test(\`in a loop: \${why}\`, () => undefined);
describe('a group', () => {
  it.concurrent.each(rows)('of $why, $count times', async ({ why }: { why: string }) => undefined);
  it.each(['one'] as const)('%s of them', () => undefined);
  it('costs $5', () => undefined);
  describe('within another', () => {
    it('deep', () => undefined);
  });
  it.skip('skipped', () => undefined);
  it.todo('not written');
});
describe('an empty group', () => undefined);
describe.skip('a group that is skipped', () => {
  it('with a test', () => undefined);
});
describe(text, () => {
  for (const fault of rows) test(fault.why, () => undefined);
});
`;

const names = [
  { name: 'alone', is: true, why: 'a plain title' },
  { name: 'alon', is: false, why: 'a part of a title is none' },
  { name: 'Alone', is: false, why: 'nor is another spelling' },
  { name: 'in a comment', is: false, why: 'a comment holds no test' },
  { name: 'in a string', is: false, why: 'nor does a string' },
  { name: 'a template, and … parts of it', is: true, why: 'what is computed is an ellipsis' },
  { name: 'a template, and 3 parts of it', is: true, why: 'or a literal of the file' },
  { name: 'a template, and 4 parts of it', is: false, why: 'and nothing else' },
  { name: 'in a loop: no answer (at all)', is: true, why: 'a row of a loop, whatever signs it has' },
  { name: 'in a loop: no answer', is: false, why: 'a part of a row is none' },
  { name: 'in a loop: a crash', is: false, why: 'a row that is not there' },
  { name: 'a group > of a reset, 3 times', is: true, why: 'a row of a table' },
  { name: 'a group > of …, … times', is: true, why: 'all rows of a table' },
  { name: 'of a reset, 3 times', is: false, why: 'the group belongs to the name' },
  { name: 'a group > one of them', is: true, why: 'as printf' },
  { name: 'a group > costs $5', is: true, why: 'a dollar outside of tables is one' },
  { name: 'a group > within another > deep', is: true, why: 'groups within groups' },
  { name: 'a group > within another', is: true, why: 'a group stands for all of its tests' },
  { name: 'a group', is: true, why: 'so does the outer one' },
  { name: 'a group > skipped', is: false, why: 'a test that is skipped shows nothing' },
  { name: 'a group > not written', is: false, why: 'nor does one that is not written' },
  { name: 'an empty group', is: false, why: 'nor a group without tests' },
  { name: 'a group that is skipped', is: false, why: 'nor one that is skipped' },
  { name: 'a group that is skipped > with a test', is: false, why: 'nor what is in it' },
  { name: '… > a reset', is: true, why: 'titles that are values' },
];

const titles = titlesOf(FILE);
for (const { name, is, why } of names) {
  test(`${JSON.stringify(name)} is ${is ? 'a' : 'no'} name: ${why}`, () => {
    expect(titles.some(title => title.test(name))).toBe(is);
  });
}

test('a file that is no TypeScript is no file without tests', () => {
  expect(() => titlesOf("test('a', () => {")).toThrow();
});

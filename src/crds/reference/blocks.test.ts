import { expect, test } from 'vitest';
import { withBlocks } from './blocks.ts';

const render = (argument: string): string => `table of ${argument}\n`;
const block = (kind: string, argument: string, body: string): string =>
  `<!-- ${kind}: ${argument} -->\n${body}<!-- end of ${kind} -->`;

const rows = [
  { why: 'a page without a block stays as it is', page: '# A\n', is: '# A\n' },
  {
    why: 'a block is written anew, and what is around it stays',
    page: `a\n${block('cost', 'x', 'old\n')}\nb\n`,
    is: `a\n${block('cost', 'x', '\ntable of x\n\n')}\nb\n`,
  },
  {
    why: 'blocks of another kind stay',
    page: block('reasons', 'x', 'old\n'),
    is: block('reasons', 'x', 'old\n'),
  },
];

for (const { why, page, is } of rows) {
  test(why, () => {
    expect(withBlocks(page, 'cost', render)).toBe(is);
    expect(withBlocks(is, 'cost', render), 'writing it again changes nothing').toBe(is);
  });
}

test('the end of another kind is no end', () => {
  const page = '<!-- cost: x -->\n<!-- end of reasons -->\n';
  expect(() => withBlocks(page, 'cost', render)).toThrow('a block of cost has no end');
});

import { expect, test } from 'vitest';
import { REASONS } from '../reasons.ts';
import { withReasonTables } from './reason-tables.ts';

const row = (reason: keyof typeof REASONS): string =>
  `| \`${reason}\` | ${REASONS[reason].meaning} | ${REASONS[reason].remedy} |`;
const block = (names: string, body: string): string => `<!-- reasons: ${names} -->\n${body}<!-- end of reasons -->`;
const HEAD = '| reason | meaning | the way out |\n|---|---|---|';

const rows = [
  { why: 'a page without a block stays as it is', page: '# A\n\ntext\n', is: '# A\n\ntext\n' },
  {
    why: 'an empty block is filled, in its own order',
    page: `a\n\n${block('NotJson, EmptyValue', '')}\n\nb\n`,
    is: `a\n\n${block('NotJson, EmptyValue', `\n${HEAD}\n${row('NotJson')}\n${row('EmptyValue')}\n\n`)}\n\nb\n`,
  },
  {
    why: 'what stood there goes',
    page: block('NotJson', '\nold\n'),
    is: block('NotJson', `\n${HEAD}\n${row('NotJson')}\n\n`),
  },
  {
    why: 'two blocks do not run into each other',
    page: `${block('NotJson', '')}\nbetween\n${block('EmptyValue', '')}`,
    is: `${block('NotJson', `\n${HEAD}\n${row('NotJson')}\n\n`)}\nbetween\n${block('EmptyValue', `\n${HEAD}\n${row('EmptyValue')}\n\n`)}`,
  },
];

for (const { why, page, is } of rows) {
  test(why, () => {
    expect(withReasonTables(page)).toBe(is);
    expect(withReasonTables(is), 'writing it again changes nothing').toBe(is);
  });
}

const endless = [
  { why: 'the last one', page: '<!-- reasons: NotJson -->\n' },
  { why: 'one before another', page: `<!-- reasons: NotJson -->\n\n${block('EmptyValue', '')}` },
];

for (const { why, page } of endless) {
  test(`a block without an end is refused, since it would no longer be written: ${why}`, () => {
    expect(() => withReasonTables(page)).toThrow('has no end');
  });
}

const strange = ['NotJsn', 'toString', ''];

for (const reason of strange) {
  test(`${JSON.stringify(reason)} is refused by name`, () => {
    expect(() => withReasonTables(block(reason, ''))).toThrow(`${reason} is no reason`);
  });
}

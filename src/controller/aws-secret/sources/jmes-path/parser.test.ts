import { expect, test } from 'vitest';
import { found } from '../../../../../test/support/jmes-path.ts';
import { parseExpression } from './parser.ts';

const refused: readonly (readonly [expression: string, problem: string])[] = [
  ['', 'it ends too early'],
  [' ', 'it ends too early'],
  ['a.', 'it ends too early'],
  ['.a', 'character 1 is not expected there'],
  ['a..b', 'character 3 is not expected there'],
  ['a b', 'character 3 is not expected there'],
  ['a[', 'it ends too early'],
  ['a[b]', 'character 3 is not expected there'],
  ['a[0', 'it ends too early'],
  ['a]', 'character 2 is not expected there'],
  ['a[*', 'character 3 is not expected there'],
  ['a[?b', 'it ends too early'],
  ['a[ ?b]', 'nothing begins with what stands at character 4'],
  ['[1:2:3:4]', 'character 7 is not expected there'],
  ['[1 2:]', 'character 4 is not expected there'],
  ['[::0]', 'a slice must not have a step of 0'],
  ['[0, 1]', 'character 3 is not expected there'],
  ['a.[b,]', 'character 6 is not expected there'],
  ['{}', 'character 2 is not expected there'],
  ['{a}', 'character 3 is not expected there'],
  ['{a: b', 'it ends too early'],
  ['a ||', 'it ends too early'],
  ['a = b', 'nothing begins with what stands at character 3'],
  ['a == b ==', 'it ends too early'],
  ['(a', 'it ends too early'],
  ['&a', 'character 1 is not expected there'],
  ['foo[*]bar', 'character 7 is not expected there'],
  ['a.`1`', 'character 3 is not expected there'],
  ['$.a', 'nothing begins with what stands at character 1'],
  ['a-b', 'nothing begins with what stands at character 2'],
  ['ключ', 'nothing begins with what stands at character 1'],
  ['a\0', 'nothing begins with what stands at character 2'],
  ["'a", 'nothing begins with what stands at character 1'],
  ['"a', 'nothing begins with what stands at character 1'],
  ['""', 'nothing begins with what stands at character 1'],
  [String.raw`"\x"`, 'the identifier at character 1 is no string of JSON'],
  ['"a\n"', 'the identifier at character 1 is no string of JSON'],
  ['`a`', 'what stands between backticks at character 1 is no JSON'],
  ['``', 'what stands between backticks at character 1 is no JSON'],
  ['[99999999999999999999]', 'the number at character 2 is too large'],
  ['length(@', 'it ends too early'],
  ['length(@,)', 'character 10 is not expected there'],
  ['"length"(@)', 'character 9 is not expected there'],
  ['powertools_json(@)', 'there is no function `powertools_json`'],
  ['constructor(@)', 'there is no function `constructor`'],
  ['__proto__(@)', 'there is no function `__proto__`'],
  ['length()', 'function `length` takes 1 argument'],
  ['length(a, b)', 'function `length` takes 1 argument'],
  ['join(a)', 'function `join` takes 2 arguments'],
  ['merge()', 'function `merge` takes at least 1 argument'],
  ['map(a, b)', 'function `map` takes an expression behind "&" as argument 1'],
  ['sort_by(a, b)', 'function `sort_by` takes an expression behind "&" as argument 2'],
  ['sort(&a)', 'function `sort` takes no "&" as argument 1'],
  ['not_null(a, &b)', 'function `not_null` takes no "&" as argument 2'],
];

test.each(refused)('%j is none: %s', (expression, problem) => {
  expect(found(expression, 'null')).toBe(`! ${problem}`);
});

const MAX_LENGTH = 1_024;

test.each([
  ['parentheses', (depth: number) => `${'('.repeat(depth)}a${')'.repeat(depth)}`],
  ['lists', (depth: number) => `${'['.repeat(depth)}a${']'.repeat(depth)}`],
  ['filters', (depth: number) => `${'[?'.repeat(depth)}a${']'.repeat(depth)}`],
  ['negations', (depth: number) => `${'!'.repeat(depth)}a`],
  ['names', (depth: number) => `a${'.a'.repeat(depth)}`],
  ['references', (depth: number) => `${'map(&'.repeat(depth)}a${',@)'.repeat(depth)}`],
])('%s may be nested as deeply as the length allows', (_what, nested) => {
  const deepest = Array.from({ length: MAX_LENGTH }, (_, depth) => nested(depth)).filter(
    text => text.length <= MAX_LENGTH,
  );
  expect(() => parseExpression(deepest.at(-1) ?? '')).not.toThrow();
});

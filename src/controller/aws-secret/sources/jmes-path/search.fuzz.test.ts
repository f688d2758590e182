import { search as searchByPowertools } from '@aws-lambda-powertools/jmespath';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostileText } from '../../../../../test/support/hostile.ts';
import { found } from '../../../../../test/support/jmes-path.ts';

type JsonValue = null | boolean | number | string | JsonValue[] | { [name: string]: JsonValue };

const name = fc.constantFrom('a', 'b', 'c');
const number = fc.integer({ min: -3, max: 12 });
const scalar = fc.oneof(fc.constant(null), fc.boolean(), number, fc.constantFrom('', 'a', 'b', 'ab', '12'));
const { value } = fc.letrec<{ value: JsonValue }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

const index = fc.option(fc.integer({ min: -4, max: 4 }), { nil: '' as const, freq: 3 });
const slice = fc
  .tuple(index, index, fc.constantFrom('', ':', ':1', ':2', ':-1'))
  .map(([a, b, step]) => `${a}:${b}${step}`);

/** Of all that there is in the language, but for what the other one has its own ways with. */
const { expression } = fc.letrec<{ expression: string; condition: string }>(tie => ({
  expression: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    name,
    fc.constantFrom('@', '*', '[*]', '[]', "'ab'", '`1`', '`[1,[2]]`', '`{"a":1}`', '`null`', '"b"'),
    fc.tuple(tie('expression'), fc.oneof(name, fc.constant('*'))).map(([of, member]) => `${of}.${member}`),
    fc.tuple(tie('expression'), fc.integer({ min: -3, max: 3 })).map(([of, at]) => `${of}[${at}]`),
    // Behind an index a slice is no projection there, as in jmespath.py, whatever the specification says.
    fc.tuple(tie('expression'), slice).map(([of, at]) => `(${of} | [${at}])`),
    fc.tuple(tie('expression'), fc.constantFrom('[*]', '[]')).map(([of, all]) => `${of}${all}`),
    fc.tuple(tie('expression'), tie('condition')).map(([of, where]) => `${of}[?${where}]`),
    fc.tuple(tie('expression'), tie('expression')).map(([of, next]) => `${of} | ${next}`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `${a}.[${b}]`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `{a: ${a}, b: ${b}}`),
    tie('expression').map(of => `(${of})`),
    tie('condition'),
    fc.constantFrom('type', 'to_array', 'to_string').chain(of => tie('expression').map(arg => `${of}(${arg})`)),
  ),
  condition: fc.oneof(
    { maxDepth: 3 },
    name,
    fc.tuple(tie('expression'), fc.constantFrom('==', '!='), tie('expression')).map(parts => parts.join(' ')),
    tie('condition').map(of => `!(${of})`),
    fc.tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition')).map(parts => parts.join(' ')),
  ),
}));

/** What the package of AWS Lambda Powertools makes of it; an error of its own counts as any other. */
function byPowertools(of: string, document: JsonValue): string {
  try {
    return JSON.stringify(searchByPowertools(of, structuredClone(document) as never)) ?? 'null';
  } catch {
    return '!';
  }
}

test('any expression finds what another implementation of the language finds', () => {
  fc.assert(
    fc.property(expression, value, (of, document) => {
      const here = found(of, JSON.stringify(document));
      const there = byPowertools(of, document);
      expect(here.startsWith('!') ? '!' : JSON.parse(here)).toEqual(there === '!' ? '!' : JSON.parse(there));
    }),
    { numRuns: 2_000 },
  );
});

const identifier = hostileText.filter(text => text !== '').map(text => JSON.stringify(text));
const numeral = fc.stringMatching(/^-?(0|[1-9][0-9]{0,30})([.][0-9]{1,12})?([eE][-+]?[0-9]{1,4})?$/);

test('whatever the names are, what they lead to comes out as it is written', () => {
  const leaf = fc.oneof(
    numeral,
    hostileText.map(text => JSON.stringify(text)),
    fc.constantFrom('true', 'null', '[]'),
  );
  fc.assert(
    fc.property(fc.array(identifier, { minLength: 1, maxLength: 4 }), fc.nat(2), leaf, (path, at, json) => {
      const list = `[${Array.from({ length: 3 }, (_, index) => (index === at ? json : '0')).join(',')}]`;
      const document = path.reduceRight((inner, name) => `{"other":1,${name}: ${inner}}`, list);
      expect(found(`${path.join('.')}[${at}]`, document)).toBe(json);
    }),
  );
});

const scrap = fc.constantFrom(
  ...'.[]{}()*?:,@&|!<>=`\'"\\-0123456789abc \n\0é😀'.split(''),
  '[?',
  '||',
  '&&',
  'map(&',
  'sort_by(',
  '`[1]`',
  '\ud800',
);

test('any text is an expression, or is refused in words: nothing else is thrown', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 9, arbitrary: scrap }, hostileText), { maxLength: 20 }),
      value,
      (parts, document) => {
        const text = found(parts.join(''), JSON.stringify(document));
        if (!text.startsWith('!')) JSON.parse(text);
      },
    ),
    { numRuns: 2_000 },
  );
});

const pipes = (part: string, times: number): string => Array.from({ length: times }, () => part).join('|');
const nested = (depth: number): string => (depth === 0 ? '@' : `map(&${nested(depth - 1)},\`[1,1]\`)`);
const long = JSON.stringify('x'.repeat(60_000));
const many = JSON.stringify(Array.from({ length: 12_000 }, (_, index) => `k${(index * 7_919) % 12_000}`));

const exploding: readonly { readonly why: string; readonly of: string; readonly document?: string }[] = [
  { why: 'a list that doubles', of: pipes('[@,@][]', 100) },
  { why: 'a list of lists that doubles, written out', of: pipes('[@,@]', 170) },
  { why: 'an object that doubles, as text', of: `to_string(${pipes('{a:@,b:@}', 90)})` },
  { why: 'a text that doubles', of: pipes("join('',[@,@])", 60), document: long },
  { why: 'a loop within a loop within …', of: nested(40) },
  { why: 'a filter within a filter within …', of: `${'`[1,1]`[?'.repeat(80)}@${']'.repeat(80)}` },
  {
    why: 'a long text that is looked for in a long text',
    of: `${pipes('[@,@][]', 7)}|[?contains(a,b)]`,
    document: `[{"a":"${'a'.repeat(30_000)}","b":"b${'a'.repeat(15_000)}"}]`,
  },
  { why: 'sorts without end', of: pipes('sort(@)', 100), document: many },
];

test.each(exploding)('what would take too long ends after a number of steps: $why', ({ of, document = '[1]' }) => {
  expect(of.length).toBeLessThanOrEqual(1_024);
  expect(found(of, document)).toBe('! takes too many steps; ask for less at once');
});

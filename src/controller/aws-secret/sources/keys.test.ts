import { describe, expect, it } from 'vitest';
import { attempt } from './expression-error.ts';
import { compileKeys } from './keys.ts';
import { createSteps } from './steps.ts';

type Keys = NonNullable<Parameters<typeof compileKeys>[0]>;

/** The key, or what is wrong behind an exclamation mark. */
function keyOf(keys: Keys | undefined, name: string): string {
  const key = attempt(() => compileKeys(keys).keyOf(name, createSteps()));
  return key.ok ? key.value : `! ${key.problem}`;
}

function renamed(pattern: string, replacement: string, name: string): string {
  return keyOf({ rename: [{ pattern, replacement }] }, name);
}

/** As a replacement names it. */
const group = (name: string): string => `\${${name}}`;

describe('rename', () => {
  it.each([
    ['^db_(.*)$', '$1', 'db_user', 'user', 'a group'],
    ['^db_(.*)$', '$1', 'host', 'host', 'what does not match stays'],
    ['a', 'b', 'banana', 'bbnbnb', 'each match is replaced'],
    ['^', 'x-', 'a', 'x-a', 'a match may be empty'],
    ['x*', '-', 'axb', '-a-b-', 'but not right behind another, as in RE2'],
    ['(.*)', 'my_$1', 'username', 'my_username', 'so that all of a name is matched once'],
    ['(a)(b)?', '[$2$1]', 'ac', '[a]c', 'a group without a match is empty'],
    ['(a)', '$10', 'a', 'a0', 'one digit is a group: the next is text'],
    ['(a)', `${group('1')}0`, 'a', 'a0', 'braces end it, too'],
    ['(?P<first>a)(?P<rest>.*)', group('rest') + group('first'), 'abc', 'bca', 'a group by its name'],
    ['b', '<$0>', 'abc', 'a<b>c', 'the whole match'],
    ['a', '$$1', 'a', '$1', 'two are one dollar'],
    ['[.]', '_', 'a.b.c', 'a_b_c', 'a class'],
    ['(?i)PASSWORD', 'pw', 'dbPassword', 'dbpw', 'whatever the case'],
    [String.raw`\d+$`, '', 'key12', 'key', 'with nothing'],
    ['😀', 'x', 'a😀b', 'axb', 'characters beyond UTF-16'],
    [String.raw`\x00`, '_', 'a\0b', 'a_b', 'NUL'],
    ['.', '$1', 'a', '! pattern "." has no group "1", which its `replacement` names', 'no such group'],
    ['.', group('a'), 'a', '! pattern "." has no group "a", which its `replacement` names', 'no such name'],
    [
      '.',
      group('constructor'),
      'a',
      '! pattern "." has no group "constructor", which its `replacement` names',
      'a name',
    ],
    [
      '.',
      '$',
      'a',
      '! pattern "." has a `replacement` in which "$" is followed by neither a digit, "{…}" nor "$"',
      'a dollar',
    ],
    [
      '.',
      '$x',
      'a',
      '! pattern "." has a `replacement` in which "$" is followed by neither a digit, "{…}" nor "$"',
      'a letter',
    ],
    [
      '.',
      '${',
      'a',
      '! pattern "." has a `replacement` in which "$" is followed by neither a digit, "{…}" nor "$"',
      'a brace',
    ],
    ['(', '', 'a', '! pattern "(" is no regular expression of RE2', 'an open group'],
    ['(?=a)', '', 'a', '! pattern "(?=a)" is no regular expression of RE2', 'looking ahead is not of RE2'],
    [String.raw`(a)\1`, '', 'a', String.raw`! pattern "(a)\\1" is no regular expression of RE2`, 'nor looking back'],
    ['x{1001}', '', 'a', '! pattern "x{1001}" is no regular expression of RE2', 'nor so many repetitions'],
    ['a{500}b{600}', '', 'a', '! pattern "a{500}b{600}" asks for too many repetitions', 'nor together'],
    [
      'a',
      'b',
      'a'.repeat(2_049),
      '! pattern "a" cannot take names of more than 2048 characters',
      'a name that is none',
    ],
  ])('%j → %j of %j is %j: %s', (pattern, replacement, name, is) => {
    expect(renamed(pattern, replacement, name)).toBe(is);
  });

  it('what others match is renamed before', () => {
    const rename = [
      { pattern: '^a', replacement: 'b' },
      { pattern: '^b', replacement: 'c' },
    ];
    expect(keyOf({ rename }, 'ax')).toBe('cx');
    expect(keyOf({ rename: rename.toReversed() }, 'ax')).toBe('bx');
  });

  it('a name that grows with each pattern is given up, not followed', () => {
    const rename = Array.from({ length: 16 }, () => ({ pattern: '.*', replacement: '$0$0$0$0$0$0$0$0$0$0' }));
    expect(keyOf({ rename }, 'abc')).toBe('! pattern ".*" cannot take names of more than 2048 characters');
  });

  it('patterns that are slow, on names that are long, take too many steps', () => {
    const { keyOf } = compileKeys({ rename: [{ pattern: '(?:x?){400}', replacement: '' }] });
    const steps = createSteps();
    const all = attempt(() => Array.from({ length: 64 }, (_, index) => keyOf(`${'x'.repeat(1_000)}${index}`, steps)));
    expect(all).toEqual({ ok: false, problem: 'pattern "(?:x?){400}" takes too many steps; ask for less at once' });
  });
});

describe('case', () => {
  const rows: readonly (readonly [name: string, upper: string])[] = [
    ['dbPassword', 'DB_PASSWORD'],
    ['db_password', 'DB_PASSWORD'],
    ['DB_PASSWORD', 'DB_PASSWORD'],
    ['DbPassword', 'DB_PASSWORD'],
    ['db-password.old', 'DB_PASSWORD_OLD'],
    ['db password', 'DB_PASSWORD'],
    ['HTTPServer', 'HTTP_SERVER'],
    ['parseHTTP', 'PARSE_HTTP'],
    ['aB', 'A_B'],
    ['0a', '0A'],
    ['S3BUCKET', 'S3BUCKET'],
    ['s3Bucket', 'S3_BUCKET'],
    ['AB', 'AB'],
    ['A', 'A'],
    ['v1beta1', 'V1BETA1'],
    ['ipV4Address', 'IP_V4_ADDRESS'],
    ['log-level', 'LOG_LEVEL'],
    ['a--b..c', 'A_B_C'],
    ['_private', '_PRIVATE'],
    ['__proto__', '_PROTO_'],
    ['constructor', 'CONSTRUCTOR'],
    ['a@b+c=d/e', 'A_B_C_D_E'],
    ['...', '_'],
    ['', ''],
    ['123', '123'],
    // Letters that are none of a key stay what they are: some would become one by their case.
    ['straße', 'STRAßE'],
    ['ſ', 'ſ'],
    ['ı', 'ı'],
    ['\u212a', '\u212a'],
    ['ключ', 'ключ'],
    ['a\0b', 'A\0B'],
    ['a\nb', 'A\nB'],
    ['a😀b', 'A😀B'],
  ];

  it.each(rows)('%j is %j in upper snake', (name, upper) => expect(keyOf({ case: 'UpperSnake' }, name)).toBe(upper));

  it.each(rows)('and the same in lower snake: %j', (name, upper) => {
    const lower = upper.replace(/[A-Z]/g, letter => letter.toLowerCase());
    expect(keyOf({ case: 'LowerSnake' }, name)).toBe(lower);
  });
});

describe('all of it', () => {
  const rows: readonly (readonly [keys: Keys | undefined, name: string, is: string, why: string])[] = [
    [undefined, 'a b', 'a b', 'nothing asked, nothing done'],
    [{}, 'a', 'a', 'nor by an empty object'],
    [{ prefix: 'DB_' }, 'user', 'DB_user', 'a prefix'],
    [{ prefix: '' }, 'user', 'user', 'an empty prefix'],
    [{ prefix: 'db-', case: 'UpperSnake' }, 'userName', 'db-USER_NAME', 'the prefix keeps its case'],
    [
      { rename: [{ pattern: '^db_(.*)$', replacement: '$1' }], case: 'UpperSnake', prefix: 'DB_' },
      'db_userName',
      'DB_USER_NAME',
      'renamed, then its case, then the prefix',
    ],
    [
      { rename: [{ pattern: '[A-Z]', replacement: 'x' }], case: 'LowerSnake' },
      'aB',
      'ax',
      'patterns see the name as it is',
    ],
  ];

  it.each(rows)('%j makes %j %j: %s', (keys, name, is) => expect(keyOf(keys, name)).toBe(is));
});

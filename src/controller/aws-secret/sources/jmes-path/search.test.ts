import { describe, expect, it } from 'vitest';
import { found } from '../../../../../test/support/jmes-path.ts';

type Row = readonly [expression: string, document: string, gives: string];

/** jmespath.org/specification.html, in its order. */
const groups: Readonly<Record<string, readonly Row[]>> = {
  'names and places': [
    ['a', '{"a":"x"}', '"x"'],
    ['a.b.c', '{"a":{"b":{"c":1}}}', '1'],
    ['a.b.c', '{"a":{"b":1}}', 'null'],
    ['a', '[1]', 'null'],
    ['"a.b"."c d"', '{"a.b":{"c d":1}}', '1'],
    [String.raw`"\u0061\""`, String.raw`{"a\"":1}`, '1'],
    ['a[0].b', '{"a":[{"b":1}]}', '1'],
    ['[-1]', '[1,2,3]', '3'],
    ['[3]', '[1,2,3]', 'null'],
    ['[0]', '{"0":1}', 'null'],
    ['@', '{"a":1}', '{"a":1}'],
    [' a . b [ 0 ] ', '{"a":{"b":[1]}}', '1'],
  ],
  slices: [
    ['[0:2]', '[0,1,2,3]', '[0,1]'],
    ['[:2]', '[0,1,2,3]', '[0,1]'],
    ['[-2:]', '[0,1,2,3]', '[2,3]'],
    ['[::2]', '[0,1,2,3]', '[0,2]'],
    ['[::-1]', '[0,1,2,3]', '[3,2,1,0]'],
    ['[2:0:-1]', '[0,1,2,3]', '[2,1]'],
    ['[-99:99]', '[0,1]', '[0,1]'],
    ['[99:]', '[0,1]', '[]'],
    ['[:]', '"text"', 'null'],
    ['[:1].a', '[{"a":1},{"a":2}]', '[1]'],
  ],
  projections: [
    ['a[*].b', '{"a":[{"b":1},{"c":2},{"b":3}]}', '[1,3]'],
    ['[*]', '{"a":1}', 'null'],
    ['*.b', '{"x":{"b":1},"y":{"b":2},"z":3}', '[1,2]'],
    ['*', '[1]', 'null'],
    ['[]', '[1,[2,3],[4,[5]]]', '[1,2,3,4,[5]]'],
    ['a[].b[]', '{"a":[{"b":[1,2]},{"b":[3]}]}', '[1,2,3]'],
    ['[*].b | [0]', '[{"b":[1]},{"b":[2]}]', '[1]'],
    ['[*].b[0]', '[{"b":[1]},{"b":[2]}]', '[1,2]'],
    ['(*.b)[0]', '{"x":{"b":1}}', '1'],
    ["users[?name=='app'].password | [0]", '{"users":[{"name":"a"},{"name":"app","password":"p"}]}', '"p"'],
    ['[?port > `5000` && !tls].port', '[{"port":80},{"port":5432},{"port":5433,"tls":true}]', '[5432]'],
    ['[?a][]', '[{"a":1},{"a":0},{"a":""}]', '[{"a":1},{"a":0}]'],
    ['[?@]', '"text"', 'null'],
  ],
  'choosing and making': [
    ['[a, c.d]', '{"a":1,"c":{"d":2}}', '[1,2]'],
    ['{x: a, "y z": b}', '{"a":1}', '{"x":1,"y z":null}'],
    ['a.[b]', '{}', 'null'],
    ['a.{b: c}', '{}', 'null'],
    ['a || b', '{"b":1}', '1'],
    ['a || b', '{"a":0,"b":1}', '0'],
    ['a || b', '{"a":[],"b":{}}', '{}'],
    ['a && b', '{"a":"","b":1}', '""'],
    ['a && b', '{"a":1,"b":2}', '2'],
    ['!a', '{"a":{}}', 'true'],
    ['a || b && c', '{"b":1,"c":2}', '2'],
    ['(a || b) && c', '{"a":1,"c":2}', '2'],
    ['`{"a": [1.0]}`', '{}', '{"a":[1.0]}'],
    ['`"\\`"`', '{}', '"`"'],
    [String.raw`'it\'s \n'`, '{}', String.raw`"it's \\n"`],
  ],
  comparisons: [
    ['a == `1`', '{"a":1.0}', 'true'],
    ['a == `[1,{"b":null}]`', '{"a":[1,{"b":null}]}', 'true'],
    ['a == `{"b":1,"c":2}`', '{"a":{"c":2,"b":1}}', 'true'],
    ['a == `{"b":null}`', '{"a":{"c":null}}', 'false'],
    ['a != b', '{"a":1,"b":"1"}', 'true'],
    ['a == b', '{}', 'true'],
    ['a < b', '{"a":"1","b":"2"}', 'null'],
    ['[a < b, a <= b, a > b, a >= b]', '{"a":1,"b":1e0}', '[false,true,false,true]'],
  ],
};

/** The same, "Built-in Functions". */
const functions: readonly Row[] = [
  ['[abs(a), abs(b)]', '{"a":-12345678901234567890,"b":1.50}', '[12345678901234567890,1.50]'],
  ['[avg(a), avg(`[]`)]', '{"a":[1,2]}', '[1.5,null]'],
  ['[ceil(`1.1`), floor(`-1.1`), ceil(`12345678901234567890`)]', '{}', '[2,-2,12345678901234567890]'],
  ["[contains('abc', 'b'), contains('abc', `1`), contains(`[1,[2]]`, `[2]`)]", '{}', '[true,false,true]'],
  ["[ends_with('abc', 'bc'), starts_with('abc', 'bc')]", '{}', '[true,false]'],
  ["join(', ', hosts)", '{"hosts":["a","b"]}', '"a, b"'],
  ['[keys(@), values(@)]', '{"b":1,"a":2}', '[["b","a"],[1,2]]'],
  ["[length('a😀'), length(`[1]`), length(`{}`)]", '{}', '[2,1,0]'],
  ['map(&a, @)', '[{"a":1},{"b":2}]', '[1,null]'],
  ['[max(`[1,3,2]`), min(`[1,3,2]`), max(`[]`), min(`["b","a"]`)]', '{}', '[3,1,null,"a"]'],
  ['[max_by(@, &a).b, min_by(@, &a).b]', '[{"a":1,"b":"x"},{"a":2,"b":"y"},{"a":2,"b":"z"}]', '["y","x"]'],
  ['merge(`{"a":1,"b":1}`, @, `{}`)', '{"b":2}', '{"a":1,"b":2}'],
  ['[not_null(a, b), not_null(c), not_null(b)]', '{"b":0}', '[0,null,0]'],
  ["[reverse('a😀'), reverse(`[1,2]`)]", '{}', '["😀a",[2,1]]'],
  ['[sort(`[10,9,1]`), sort(`["b","B","a"]`)]', '{}', '[[1,9,10],["B","a","b"]]'],
  ['sort_by(@, &a)[*].b', '[{"a":2,"b":1},{"a":1,"b":2},{"a":2,"b":3}]', '[2,1,3]'],
  ['[sum(`[1,2.5]`), sum(`[]`)]', '{}', '[3.5,0]'],
  ['[to_array(`[1]`), to_array(`1`)]', '{}', '[[1],[1]]'],
  [
    "[to_number('1.50'), to_number('0x10'), to_number(''), to_number(`true`), to_number(`7`)]",
    '{}',
    '[1.50,null,null,null,7]',
  ],
  ["to_number('12345678901234567890')", '{}', '12345678901234567890'],
  [
    '[to_string(`1.50`), to_string(@), to_string(`"x"`)]',
    '{ "a" : [ 1.0 ] }',
    String.raw`["1.50","{\"a\":[1.0]}","x"]`,
  ],
  [
    '[a,b,c,d,e,f][*].type(@)',
    '{"a":1,"b":"","c":true,"d":[],"e":{}}',
    '["number","string","boolean","array","object","null"]',
  ],
  ['a.to_string(@)', '{}', '"null"'],
];

describe.each(Object.entries({ ...groups, functions }))('%s', (_name, rows) => {
  it.each(rows)('%s of %s is %s', (expression, document, gives) => {
    expect(found(expression, document)).toBe(gives);
  });
});

describe('what is of the document stays as it is written there', () => {
  const rows: readonly Row[] = [
    ['a', '{"a": 12345678901234567890}', '12345678901234567890'],
    ['a', '{"a": 1.50e+3}', '1.50e+3'],
    ['a', '{"a": -0}', '-0'],
    ['a', '{"a": 1e400}', '1e400'],
    ['a', String.raw`{"a": { "b" : "\u0041" , "b" : [ ] } }`, String.raw`{"b":"\u0041","b":[]}`],
    ['a.b', String.raw`{"a": { "b" : "\u0041" } }`, '"A"'],
    ['{x: a}', String.raw`{"a": { "b" : "\u0041" } }`, String.raw`{"x":{"b":"\u0041"}}`],
    ['[?a > `1`].a | sort(@)', '[{"a":2.0},{"a":1e1},{"a":1}]', '[2.0,1e1]'],
    ['a', '{"a":1,"a":2}', '2'],
  ];
  it.each(rows)('%s of %s is %s', (expression, document, gives) => {
    expect(found(expression, document)).toBe(gives);
  });
});

describe('no name is special', () => {
  it.each(['__proto__', 'constructor', 'toString', 'length', 'then'])('%s', name => {
    expect(found(name, '{"a":1}')).toBe('null');
    expect(found(name, `{"a":1,"${name}":"x"}`)).toBe('"x"');
    expect(found(`{"${name}": a}`, '{"a":1}')).toBe(`{"${name}":1}`);
    expect(found(`keys({"${name}": a})`, '{"a":1}')).toBe(`["${name}"]`);
  });
});

describe('what a function does not take is refused, by name and kind', () => {
  const rows: readonly Row[] = [
    ['length(a)', '{"a":5}', '! function `length` cannot take a number'],
    ['length(a)', '{}', '! function `length` cannot take null'],
    ['sum(a)', '{"a":[1,"hunter2"]}', '! function `sum` cannot take an array with a string in it'],
    ['join(`", "`, a)', '{"a":"hunter2"}', '! function `join` cannot take a string'],
    ['sort(a)', '{"a":[1,"hunter2"]}', '! function `sort` cannot take an array with a string in it'],
    ['sort(a)', '{"a":[[],[]]}', '! function `sort` cannot take an array with an array in it'],
    ['max(a)', '{"a":{"b":"hunter2"}}', '! function `max` cannot take an object'],
    ['sort_by(a,&b)', '{"a":[{"b":1},{"b":"x"}]}', '! can order items by strings or by numbers, and got a string'],
    ['max_by(a,&b)', '{"a":[{"c":1}]}', '! can order items by strings or by numbers, and got null'],
    ['sum(a)', '{"a":[1e308,1e308]}', '! reckons with numbers that are too large'],
  ];
  it.each(rows)('%s of %s', (expression, document, problem) => {
    expect(found(expression, document)).toBe(problem);
  });
});

import { describe, expect, it, test } from 'vitest';
import { type Given, type Spec, selected } from '../../../../test/support/selected.ts';

type Entry = Omit<NonNullable<Spec['data']>[number], 'key'>;

/** What key K holds; why not; or undefined where it is left out. */
function key(entry: Entry, given: Given): unknown {
  const found = selected({ data: [{ key: 'K', ...entry }] }, given);
  return 'reason' in found ? found : found['K'];
}

const refused = (reason: string, ...words: readonly string[]) =>
  expect.objectContaining({
    reason,
    retry: 'content',
    message: expect.stringMatching(
      new RegExp(words.map(word => word.replace(/[()[\].]/g, String.raw`\$&`)).join('.*')),
    ),
  });

const s = { secretId: 's' };
const db = '{"endpoints":[{"host":"h","port":5432}],"big":12345678901234567890,"none":null,"yes":true,"pem":"eA=="}';

interface Row {
  readonly why: string;
  readonly entry: Entry;
  readonly value: string | Uint8Array;
  readonly is: unknown;
}

const rows: Readonly<Record<string, readonly Row[]>> = {
  jmesPath: [
    { why: 'a string is its characters', entry: { ...s, jmesPath: 'endpoints[0].host' }, value: db, is: 'h' },
    { why: 'a number is its source text', entry: { ...s, jmesPath: 'big' }, value: db, is: '12345678901234567890' },
    { why: 'true is a word', entry: { ...s, jmesPath: 'yes' }, value: db, is: 'true' },
    { why: 'a list is compact', entry: { ...s, jmesPath: 'endpoints[*].port' }, value: db, is: '[5432]' },
    {
      why: 'an object as it is written',
      entry: { ...s, jmesPath: 'a' },
      value: '{"a": { "b" : 1.0 } }',
      is: '{"b":1.0}',
    },
    { why: 'a document that is a list', entry: { ...s, jmesPath: '[1]' }, value: '["a","b"]', is: 'b' },
    { why: 'a document that is a string', entry: { ...s, jmesPath: '@' }, value: '"x"', is: 'x' },
    { why: 'an empty text is a value', entry: { ...s, jmesPath: 'a' }, value: '{"a":""}', is: '' },
    { why: 'an empty list too', entry: { ...s, jmesPath: 'a[*]' }, value: '{"a":[]}', is: '[]' },
    { why: 'a parameter may hold JSON', entry: { parameter: 's', jmesPath: 'a' }, value: '{"a":"x"}', is: 'x' },
    {
      why: 'null is nothing',
      entry: { ...s, jmesPath: 'none' },
      value: db,
      is: refused('PropertyNotFound', 'secret "s" has nothing at "none", which key "K" asks for', 'optional: true'),
    },
    { why: 'nothing, and optional', entry: { ...s, jmesPath: 'a.b', optional: true }, value: db, is: undefined },
    { why: 'null, and optional', entry: { ...s, jmesPath: 'none', optional: true }, value: db, is: undefined },
    {
      why: 'no JSON',
      entry: { ...s, jmesPath: 'a', optional: true },
      value: 'hunter2',
      is: refused('NotJson', 'secret "s"', 'without `jmesPath`'),
    },
    {
      why: 'a document that is nested too deeply',
      entry: { ...s, jmesPath: 'a' },
      value: `{"a":${'['.repeat(500)}${']'.repeat(500)}}`,
      is: refused('NotJson', 'nested more than 500 levels deep'),
    },
    {
      why: 'a function that does not take what is there',
      entry: { ...s, jmesPath: 'length(big)' },
      value: db,
      is: refused('ExpressionFailed', 'key "K"', 'secret "s"', 'function `length` cannot take a number', 'correct'),
    },
    {
      why: 'an expression that takes too long',
      entry: { ...s, jmesPath: Array.from({ length: 60 }, () => '[@,@][]').join('|') },
      value: db,
      is: refused('ExpressionFailed', 'takes too many steps'),
    },
  ],
  encoding: [
    { why: 'of the whole value', entry: { ...s, encoding: 'Base64' }, value: 'eA==\n', is: 'x' },
    { why: 'of a property', entry: { ...s, property: 'pem', encoding: 'Base64' }, value: db, is: 'x' },
    { why: 'of what an expression finds', entry: { ...s, jmesPath: 'pem', encoding: 'Base64Url' }, value: db, is: 'x' },
    { why: 'of a parameter', entry: { parameter: 's', encoding: 'Base64Url' }, value: 'eA', is: 'x' },
    { why: 'of bytes that are text', entry: { ...s, encoding: 'Base64' }, value: Buffer.from('eA=='), is: 'x' },
    {
      why: 'of text that is not encoded',
      entry: { ...s, encoding: 'Base64' },
      value: 'hunter2',
      is: refused('DecodingFailed', 'what key "K" takes of secret "s" is not Base64', '`encoding`'),
    },
    {
      why: 'of bytes that are none',
      entry: { ...s, encoding: 'Base64Url', optional: true },
      value: Buffer.of(0, 255),
      is: refused('DecodingFailed', 'is not Base64Url'),
    },
  ],
};

describe.each(Object.entries(rows))('%s', (_name, of) => {
  it.each(of)('$why', ({ entry, value, is }) => {
    const found = key(entry, { s: value });
    expect(found).toEqual(is);
    expect(JSON.stringify(found) ?? '').not.toContain('hunter2');
  });
});

test('what AWS does not have leaves the key out, whatever else is asked of it', () => {
  for (const entry of [{ jmesPath: 'a' }, { property: 'a' }, { encoding: 'Base64' as const }]) {
    expect(key({ ...s, ...entry, optional: true }, {})).toBeUndefined();
  }
});

test('what others ask of the same document changes nothing', () => {
  const paths = ['sort(a)', 'reverse(a)', 'a', 'a[0]', 'sort_by(b, &c)[0].c', 'b[0].c'];
  const data = paths.map((jmesPath, index) => ({ key: `K${index}`, secretId: 's', jmesPath }));
  expect(selected({ data }, { s: '{"a":[2,1],"b":[{"c":2},{"c":1}]}' })).toEqual({
    ...{ K0: '[1,2]', K1: '[1,2]', K2: '[2,1]', K3: '2', K4: '1', K5: '2' },
  });
});

test('all entries together have one number of steps', () => {
  const data = Array.from({ length: 256 }, (_, index) => ({
    key: `K${index}`,
    secretId: 's',
    jmesPath: 'sort(@)|sort(@)|[0]',
  }));
  const value = JSON.stringify(Array.from({ length: 2_000 }, (_, index) => `k${index}`));
  expect(selected({ data: data.slice(0, 4) }, { s: value })).toMatchObject({ K3: 'k0' });
  expect(selected({ data }, { s: value })).toMatchObject({ reason: 'ExpressionFailed' });
});

test('many entries of one large document are no trouble', () => {
  const value = JSON.stringify(
    Array.from({ length: 1_600 }, (_, index) => ({ name: `n${index}`, value: `v${index}` })),
  );
  const data = Array.from({ length: 100 }, (_, index) => ({
    key: `K${index}`,
    secretId: 's',
    jmesPath: `[?name=='n${index}'].value | [0]`,
  }));
  expect(value.length).toBeGreaterThan(50_000);
  expect(selected({ data }, { s: value })).toMatchObject({ K0: 'v0', K99: 'v99' });
});

import { expect, test } from 'vitest';
import { type Given, type Spec, selected } from '../../../../test/support/selected.ts';

interface Row {
  readonly why: string;
  readonly entry: NonNullable<Spec['dataFrom']>[number];
  readonly given: Given;
  readonly gives: object;
}

const find = (namePattern: string, expand = false) => ({ find: { namePattern, expand } });

const rows: readonly Row[] = [
  {
    why: 'the key of a parameter is what follows the path',
    entry: { parameterPath: '/prod/payments/' },
    given: { '/prod/payments/': { '/prod/payments/log-level': 'info', '/prod/payments/db/user': 'u' } },
    gives: { 'log-level': 'info', db_user: 'u' },
  },
  {
    why: 'a path may end without a slash',
    entry: { parameterPath: '/prod/payments' },
    given: { '/prod/payments': { '/prod/payments/a': '1', '/prod/payments/a/b/c': '2' } },
    gives: { a: '1', a_b_c: '2' },
  },
  {
    why: 'the root is a path',
    entry: { parameterPath: '/' },
    given: { '/': { '/a/b': '1', c: '2' } },
    gives: { a_b: '1', c: '2' },
  },
  {
    why: 'a parameter is taken whole, whatever it holds',
    entry: { parameterPath: '/p' },
    given: { '/p': { '/p/json': '{"a":"x"}', '/p/empty': '', '/p/list': 'a,b' } },
    gives: { json: '{"a":"x"}', empty: '', list: 'a,b' },
  },
  {
    why: 'the key of a secret is what follows the last slash before the first wildcard',
    entry: find('prod/payments/*'),
    given: { 'prod/payments/*': { 'prod/payments/db': '1', 'prod/payments/smtp/relay': '2' } },
    gives: { db: '1', smtp_relay: '2' },
  },
  {
    why: 'a wildcard within a word leaves the word',
    entry: find('prod/pay*/db'),
    given: { 'prod/pay*/db': { 'prod/payments/db': '1', 'prod/payroll/db': '2' } },
    gives: { payments_db: '1', payroll_db: '2' },
  },
  {
    why: 'so does one for a single character',
    entry: find('team?/db'),
    given: { 'team?/db': { 'team1/db': '1', 'team2/db': '2' } },
    gives: { team1_db: '1', team2_db: '2' },
  },
  {
    why: 'a pattern that begins with one leaves all of the name',
    entry: find('*'),
    given: { '*': { 'prod/db': '1', flat: '2' } },
    gives: { prod_db: '1', flat: '2' },
  },
  {
    why: 'a pattern without any is the name of one',
    entry: find('prod/payments/db'),
    given: { 'prod/payments/db': 'x' },
    gives: { db: 'x' },
  },
  {
    why: 'what is found is taken whole, whatever it holds',
    entry: find('a*'),
    given: { 'a*': { a: '{"x":1}', ab: 'hunter2' } },
    gives: { a: '{"x":1}', ab: 'hunter2' },
  },
  {
    why: 'or by its properties, under their own names',
    entry: find('prod/*', true),
    given: { 'prod/*': { 'prod/a': '{"x":1}', 'prod/b': '{"y":"two"}' } },
    gives: { x: '1', y: 'two' },
  },
  {
    why: 'names become keys by the rules of the entry',
    entry: { ...find('prod/*'), keys: { case: 'UpperSnake', prefix: 'P_' } },
    given: { 'prod/*': { 'prod/db@main': '1' } },
    gives: { P_DB_MAIN: '1' },
  },
  {
    why: 'nothing under a path would empty a Secret that pods rely on',
    entry: { parameterPath: '/p/' },
    given: { '/p/': {} },
    gives: {
      reason: 'EmptyValue',
      retry: 'content',
      message: 'AWS has no parameters under "/p/"; add one in AWS, or take it out of `dataFrom`',
    },
  },
  {
    why: 'nor is nothing found',
    entry: { find: { namePattern: 'p/*', tags: { team: 'shop' } } },
    given: { 'p/*': {} },
    gives: {
      reason: 'EmptyValue',
      retry: 'content',
      message: 'AWS has no secrets like "p/*" with tags team=shop; add one in AWS, or take it out of `dataFrom`',
    },
  },
  {
    why: 'one that has no properties is named',
    entry: find('p/*', true),
    given: { 'p/*': { 'p/a': '{"x":1}', 'p/b': '{}' } },
    gives: {
      reason: 'EmptyValue',
      message: 'secret "p/b" is a JSON object without properties; add one in AWS, or take it out of `dataFrom`',
    },
  },
  {
    why: 'one that is no JSON is named',
    entry: find('p/*', true),
    given: { 'p/*': { 'p/a': '{"x":1}', 'p/b': 'hunter2' } },
    gives: {
      reason: 'NotJson',
      message:
        'the value of secret "p/b" is not a JSON object in UTF-8; use `data` without `property` to take it whole',
    },
  },
  {
    why: 'two secrets that are one key are named',
    entry: find('*'),
    given: { '*': { 'a/b': '1', a_b: '2' } },
    gives: {
      reason: 'DuplicateKey',
      message:
        'key "a_b" is given by both secret "a/b" and secret "a_b"; rename one by `keys`, or name the key in `data` to say which one counts',
    },
  },
  {
    why: 'two parameters that are one key are named',
    entry: { parameterPath: '/p' },
    given: { '/p': { '/p/a/b': '1', '/p/a_b': '2' } },
    gives: {
      reason: 'DuplicateKey',
      message: expect.stringContaining('both parameter "/p/a/b" and parameter "/p/a_b"'),
    },
  },
  {
    why: 'two properties that become one key are named',
    entry: { secretId: 's', keys: { case: 'UpperSnake' } },
    given: { s: '{"dbUser":1,"db-user":2}' },
    gives: {
      reason: 'DuplicateKey',
      message: expect.stringContaining('both property "dbUser" of secret "s" and property "db-user" of secret "s"'),
    },
  },
  {
    why: 'two secrets with one property are named',
    entry: find('*', true),
    given: { '*': { s: '{"a":1}', t: '{"a":2}' } },
    gives: {
      reason: 'DuplicateKey',
      message: expect.stringContaining('both property "a" of secret "s" and property "a" of secret "t"'),
    },
  },
  {
    why: 'a name that cannot be a key is named',
    entry: find('*'),
    given: { '*': { 'a@b': '1' } },
    gives: { reason: 'InvalidKey', message: expect.stringContaining('secret "a@b" cannot be key "a@b" of a Secret') },
  },
  {
    why: 'a name that becomes none, too',
    entry: { secretId: 's', keys: { rename: [{ pattern: '.*', replacement: '' }] } },
    given: { s: '{"a":1}' },
    gives: { reason: 'InvalidKey', message: expect.stringContaining('property "a" of secret "s" cannot be key ""') },
  },
  {
    why: 'a name that cannot be renamed, too',
    entry: { secretId: 's', keys: { rename: [{ pattern: 'a', replacement: 'b' }] } },
    given: { s: `{"${'x'.repeat(2_049)}":1}` },
    gives: {
      reason: 'ExpressionFailed',
      retry: 'content',
      message: expect.stringContaining(
        'xxx…" of secret "s": pattern "a" cannot take names of more than 2048 characters',
      ),
    },
  },
];

for (const { why, entry, given, gives } of rows) {
  test(why, () => {
    const found = selected({ dataFrom: [entry] }, given);
    if ('reason' in gives) expect(found).toMatchObject(gives);
    else expect(found).toEqual(gives);
    if (why.includes('named')) expect(JSON.stringify(found)).not.toContain('hunter2');
  });
}

test('what `data` names it gives, whatever names have become of the others', () => {
  const spec: Spec = {
    data: [{ key: 'DB_USER', secretId: 's', property: 'admin' }],
    dataFrom: [{ secretId: 's', keys: { case: 'UpperSnake', prefix: 'DB_' } }],
  };
  expect(selected(spec, { s: '{"user":"u","admin":"a"}' })).toEqual({ DB_USER: 'a', DB_ADMIN: 'a' });
});

test('one secret may be taken twice, under different keys', () => {
  const spec: Spec = { dataFrom: [{ secretId: 's' }, { secretId: 's', keys: { prefix: 'old-' } }] };
  expect(selected(spec, { s: '{"a":1}' })).toEqual({ a: '1', 'old-a': '1' });
});

test('sources of all kinds add up', () => {
  const spec: Spec = { dataFrom: [{ secretId: 's' }, { parameterPath: '/p' }, find('f/*'), find('g/*', true)] };
  const given = { s: '{"a":1}', '/p': { '/p/b': '2' }, 'f/*': { 'f/c': '3' }, 'g/*': { 'g/x': '{"d":4}' } };
  expect(selected(spec, given)).toEqual({ a: '1', b: '2', c: '3', d: '4' });
});

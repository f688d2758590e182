import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf } from '../../../../test/support/builders.ts';
import { comparableHash, createContentHasher, isComparable } from './content.ts';

const KEY = Buffer.alloc(32, 1);
const hasher = createContentHasher({ id: 'abcd1234', key: KEY });
const secret = { namespace: 'shop', name: 'payments' };

const secretKey = fc.stringMatching(/^[-._a-zA-Z0-9]{1,4}$/);
const data = fc.dictionary(secretKey, fc.uint8Array({ maxLength: 4 }), { maxKeys: 4, noNullPrototype: true });

test('the text is the public name of the key and 128 bits', () => {
  expect(hasher.hash(secret, bytesOf({ a: 'x' }))).toMatch(/^abcd1234[.][0-9a-f]{32}$/);
});

test('equal data gives equal text, in whatever order the keys come', () => {
  fc.assert(
    fc.property(data, object => {
      const entries = Object.entries(object);
      expect(hasher.hash(secret, new Map(entries))).toBe(hasher.hash(secret, new Map(entries.reverse())));
    }),
  );
});

test('different data gives different text', () => {
  const toText = (object: Record<string, Uint8Array>) =>
    JSON.stringify(
      Object.entries(object)
        .map(([key, bytes]) => [key, [...bytes]])
        .sort(),
    );
  fc.assert(
    fc.property(data, data, (a, b) => {
      const isSame =
        hasher.hash(secret, new Map(Object.entries(a))) === hasher.hash(secret, new Map(Object.entries(b)));
      expect(isSame).toBe(toText(a) === toText(b));
    }),
    { numRuns: 500 },
  );
});

const pairs = [
  { why: 'a byte that moves from the value into the key', a: { ab: 'c' }, b: { a: 'bc' } },
  { why: 'a byte that moves from one value into the next key', a: { a: 'xb', c: 'y' }, b: { a: 'x', bc: 'y' } },
  { why: 'two keys against one whose value looks like both', a: { a: 'x', b: 'y' }, b: { a: 'x1:b1:y' } },
  { why: 'a length that is part of the value', a: { a: '1:x' }, b: { a1: ':x' } },
  { why: 'a digit that moves from the key into the length', a: { a1: '', bbbbbbbb: '' }, b: { a: 'bbbbbbbb0:' } },
  { why: 'values that change places', a: { a: 'x', b: 'y' }, b: { a: 'y', b: 'x' } },
  { why: 'an empty value against none', a: { a: '' }, b: {} },
  { why: 'U+0000 against nothing', a: { a: '\0' }, b: { a: '' } },
];

for (const { why, a, b } of pairs) {
  test(`distinct: ${why}`, () => {
    expect(hasher.hash(secret, bytesOf(a as Record<string, string>))).not.toBe(
      hasher.hash(secret, bytesOf(b as Record<string, string>)),
    );
  });
}

test('the same data in another Secret gives other text: nobody can test a guess in a Secret of their own', () => {
  const same = bytesOf({ a: 'x' });
  const names = [secret, { namespace: 'shop', name: 'other' }, { namespace: 'other', name: 'payments' }];
  expect(new Set(names.map(name => hasher.hash(name, same))).size).toBe(3);
});

test('another key gives other text', () => {
  const other = createContentHasher({ id: 'abcd1234', key: Buffer.alloc(32, 2) });
  expect(other.hash(secret, bytesOf({ a: 'x' }))).not.toBe(hasher.hash(secret, bytesOf({ a: 'x' })));
});

test('only hashes under the same key can be compared', () => {
  expect(isComparable(hasher.hash(secret, bytesOf({})), hasher)).toBe(true);
  for (const hash of ['abcd1235.00', 'abcd12345.00', 'abcd1234', '', '.'])
    expect(isComparable(hash, hasher)).toBe(false);
});

test('a content is known under the present key, however many keys were lost and found again', () => {
  const was = ['c.1', 'd.1', 'e.1', 'f.1', 'abcd1234.1'];
  expect(comparableHash({ content: 'b.1', time: '', was }, hasher)).toBe('abcd1234.1');
  expect(comparableHash({ content: 'b.1', time: '', was: was.slice(0, 4) }, hasher)).toBeUndefined();
});

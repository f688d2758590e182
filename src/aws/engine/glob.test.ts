import fc from 'fast-check';
import { expect, test } from 'vitest';
import { literalPrefix, matchesGlob } from './glob.ts';

const rows = [
  { why: 'a star is any text', pattern: 'prod/*', name: 'prod/db', is: true },
  { why: 'also none', pattern: 'prod/*', name: 'prod/', is: true },
  { why: 'also a slash, as in IAM', pattern: 'prod/*', name: 'prod/shop/db', is: true },
  { why: 'the whole name has to match', pattern: 'prod', name: 'prod/db', is: false },
  { why: 'a question mark is one character', pattern: 'db-?', name: 'db-1', is: true },
  { why: 'and not none', pattern: 'db-?', name: 'db-', is: false },
  { why: 'what follows a star', pattern: '*/db', name: 'a/b/db', is: true },
  { why: 'is looked for again', pattern: '*aab', name: 'aaaab', is: true },
  { why: 'other characters stand for themselves', pattern: 'a.b[c]', name: 'a.b[c]', is: true },
  { why: 'and match nothing else', pattern: 'a.b', name: 'axb', is: false },
];

test.each(rows)('$why', ({ pattern, name, is }) => {
  expect(matchesGlob(pattern, name)).toBe(is);
});

test('a pattern that would take a backtracking matcher for ever', () => {
  expect(matchesGlob(`${'*a'.repeat(200)}*b`, 'a'.repeat(512))).toBe(false);
});

test('it agrees with a regular expression, and every match begins with the literal prefix', () => {
  const text = (letters: readonly string[]) =>
    fc.array(fc.constantFrom(...letters), { maxLength: 8 }).map(all => all.join(''));
  fc.assert(
    fc.property(text(['a', 'b', '*', '?']), text(['a', 'b']), (pattern, name) => {
      const expected = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name);
      expect(matchesGlob(pattern, name)).toBe(expected);
      if (expected) expect(name.startsWith(literalPrefix(pattern))).toBe(true);
    }),
  );
});

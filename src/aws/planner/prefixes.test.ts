import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prefixesOf } from './prefixes.ts';

const rows = [
  { why: 'the folder of all', names: ['prod/a', 'prod/b'], prefixes: ['prod/'] },
  { why: 'a folder within another adds nothing', names: ['prod/a', 'prod/db/b'], prefixes: ['prod/'] },
  { why: 'names at the top stand for themselves', names: ['a', 'b'], prefixes: ['a', 'b'] },
  {
    why: 'too many folders are had by those above',
    names: Array.from({ length: 30 }, (_, i) => `prod/team${i}/db`),
    prefixes: ['prod/'],
  },
  {
    why: 'nothing in common: the whole list',
    names: Array.from({ length: 30 }, (_, i) => `name${i}`),
    prefixes: [],
  },
  { why: 'a name that begins with a slash', names: ['/prod/a', '/prod/b'], prefixes: ['/prod/'] },
];

test.each(rows)('$why', ({ names, prefixes }) => {
  expect(prefixesOf(names)).toEqual(prefixes);
});

test('no more than AWS takes, and each name begins with one of them', () => {
  const name = fc.array(fc.constantFrom('a', 'b', 'c', '/', 'dd', 'e/f'), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(
      fc.array(
        name.map(parts => parts.join('')),
        { maxLength: 60 },
      ),
      names => {
        const prefixes = prefixesOf(names);
        expect(prefixes.length).toBeLessThanOrEqual(10);
        if (prefixes.length === 0) return;
        for (const each of names) expect(prefixes.some(prefix => each.startsWith(prefix))).toBe(true);
      },
    ),
  );
});

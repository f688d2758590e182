import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostileText } from '../../../../test/support/hostile.ts';
import { attempt } from './expression-error.ts';
import { compileKeys } from './keys.ts';
import { createSteps } from './steps.ts';

const name = fc.oneof(hostileText, fc.string({ maxLength: 300 }), fc.stringMatching(/^[a-zA-Z0-9_.-]{0,40}$/));
const style = fc.constantFrom('UpperSnake' as const, 'LowerSnake' as const);
const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

function keyOf(keys: Parameters<typeof compileKeys>[0], of: string): string {
  return compileKeys(keys).keyOf(of, createSteps());
}

test('a case that was given is given: once more changes nothing', () => {
  fc.assert(
    fc.property(name, style, (of, style) => {
      const key = keyOf({ case: style }, of);
      expect(keyOf({ case: style }, key)).toBe(key);
    }),
  );
});

test('upper and lower case differ in nothing else', () => {
  fc.assert(
    fc.property(name, of => {
      const [upper, lower] = [keyOf({ case: 'UpperSnake' }, of), keyOf({ case: 'LowerSnake' }, of)];
      expect(upper.replace(/[A-Z]/g, letter => letter.toLowerCase())).toBe(lower);
      expect([upper, lower].map(key => /[a-z]/.test(key) && /[A-Z]/.test(key))).toEqual([false, false]);
    }),
  );
});

test('a case makes a key of any name in printable ASCII, and of no other', () => {
  fc.assert(
    fc.property(name, style, (of, style) => {
      const key = keyOf({ case: style }, of);
      expect(/^[A-Za-z0-9_]*$/.test(key)).toBe(isAscii(of));
    }),
  );
});

test('a pattern without special characters is replaced like text', () => {
  const word = fc.stringMatching(/^[a-z0-9_]{1,3}$/);
  const text = fc.stringMatching(/^[a-z0-9_]{0,30}$/);
  fc.assert(
    fc.property(word, word, text, (pattern, replacement, of) => {
      expect(keyOf({ rename: [{ pattern, replacement }] }, of)).toBe(of.replaceAll(pattern, replacement));
    }),
  );
});

const scrap = fc.constantFrom(
  ...'()[]{}|*+?.^$\\ab1,-:<>P=!'.split(''),
  '(?P<n>',
  '{2}',
  '{1000}',
  '\\d',
  '\\pL',
  '$1',
  ['$', '{n}'].join(''),
  '(?i)',
);
const pattern = fc.array(fc.oneof({ weight: 9, arbitrary: scrap }, hostileText), { minLength: 1, maxLength: 12 });

test('any pattern and replacement is one, or is refused in words: nothing else is thrown, and no key is enormous', () => {
  fc.assert(
    fc.property(pattern, pattern, name, (pattern, replacement, of) => {
      const rename = [{ pattern: pattern.join(''), replacement: replacement.join('') }];
      const key = attempt(() => keyOf({ rename }, of));
      expect((key.ok ? key.value : key.problem).length).toBeLessThan(2 ** 20);
    }),
    { numRuns: 500 },
  );
});

test('a name of 64 KiB takes no longer than it is long', () => {
  for (const letters of ['A', 'aA', '.', 'a_', 'Aa']) {
    const long = letters.repeat(2 ** 16 / letters.length);
    expect(keyOf({ case: 'UpperSnake' }, long).length).toBeLessThanOrEqual(2 * long.length);
  }
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { damaged, isDateTime, stored } from './hostile.ts';

const sound = { a: [{ b: 1 }, 'c'], d: null };

test('every part of a value is damaged at times, and what it was made of never', () => {
  const before = structuredClone(sound);
  const made = new Set(fc.sample(damaged(sound, 'holes'), { numRuns: 200, seed: 1 }).map(copy => JSON.stringify(copy)));
  for (const copy of ['{"a":[{"b":1},"c"]}', '{"d":null}', '{"a":["c"],"d":null}', '{"a":[{"b":1}],"d":null}']) {
    expect([...made].map(text => sorted(JSON.parse(text)))).toContainEqual(sorted(JSON.parse(copy)));
  }
  expect(sound).toEqual(before);
});

function sorted(value: object): readonly unknown[] {
  return Object.entries(value).sort();
}

test('garbage takes the place of parts, whatever they are', () => {
  const copies = fc.sample(damaged(sound), { numRuns: 200, seed: 1 }) as readonly (typeof sound)[];
  expect(copies.some(({ a }) => a !== undefined && !Array.isArray(a))).toBe(true);
  expect(copies.some(({ d }) => typeof d === 'string')).toBe(true);
});

test('what is stored has no halves of characters and no undefined parts', () => {
  expect(stored({ a: ['\ud800'], b: undefined, 'c\udc00': 1 })).toEqual({ a: ['\ufffd'], 'c\ufffd': 1 });
});

// As kube-apiserver 1.34 took and refused them in a status.
const times = [
  { text: '2030-01-01T00:00:00Z', isOne: true },
  { text: '2030-01-01t00:00:00z', isOne: true },
  { text: '2030-01-01T00:00:00.123456789Z', isOne: true },
  { text: '0000-01-01T00:00:00Z', isOne: true },
  { text: '2030-02-30T00:00:00Z', isOne: false },
  { text: '2030-01-01T24:00:00Z', isOne: false },
  { text: '2029-13-01T00:00:00Z', isOne: false },
  { text: '2030-01-01T00:00:60Z', isOne: false },
];

for (const { text, isOne } of times) {
  test(`${text} is ${isOne ? 'a' : 'no'} date-time`, () => expect(isDateTime(text)).toBe(isOne));
}

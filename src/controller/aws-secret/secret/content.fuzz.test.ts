import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createContentHasher } from './content.ts';

const hasher = createContentHasher({ id: 'abcd1234', key: Buffer.alloc(32, 1) });

interface Reading {
  readonly namespace: string;
  readonly name: string;
  readonly data: ReadonlyMap<string, Uint8Array>;
}

/** What lengths and their ends could be mistaken for. */
const text = fc.string({ unit: fc.constantFrom('0', '1', '2', ':', 'a', '\0', 'é', '😀'), maxLength: 12 });
const cuts = fc.uniqueArray(fc.nat(12), { maxLength: 7 });

/** The text cut into a name and keys and values that take turns: each is another content, of the same characters. */
function read(text: string, cuts: readonly number[]): Reading {
  const characters = [...text];
  const ends = [...cuts, characters.length].sort((a, b) => a - b);
  const [first = '', ...parts] = ends.map((end, index) => characters.slice(ends[index - 1] ?? 0, end).join(''));
  const data = new Map<string, Uint8Array>();
  for (let at = 0; at < parts.length; at += 2) data.set(parts[at] ?? '', Buffer.from(parts[at + 1] ?? ''));
  // Names of Kubernetes hold neither.
  const name = first.replace(/[\0/]/g, '');
  return { namespace: 'shop', name, data };
}

function told({ namespace, name, data }: Reading): string {
  const entries = [...data].map(([key, bytes]) => [key, Buffer.from(bytes).toString('hex')]);
  return JSON.stringify([namespace, name, entries.sort(([a = ''], [b = '']) => (a < b ? -1 : 1))]);
}

test('however one text is cut into names, keys and values, equal hashes mean equal content', () => {
  fc.assert(
    fc.property(text, fc.array(cuts, { minLength: 2, maxLength: 30 }), (text, ways) => {
      const hashes = new Map<string, string>();
      for (const reading of ways.map(way => read(text, way))) {
        const hash = hasher.hash(reading, reading.data);
        const content = told(reading);
        expect(hashes.get(hash) ?? content).toBe(content);
        hashes.set(hash, content);
      }
      expect(hashes.size).toBe(new Set(ways.map(way => told(read(text, way)))).size);
    }),
    { numRuns: 300 },
  );
});

/** What could stand for an entry, were its lengths told otherwise or not at all. */
const FORMS: readonly ((key: string, value: string) => string)[] = [
  (key, value) => `${key.length}:${key}${value.length}:${value}`,
  (key, value) => `${key.length}:${key}${value}`,
  (key, value) => `${key}${value.length}:${value}`,
  (key, value) => `${key}:${value}`,
  (key, value) => `${key}\0${value}\0`,
  (key, value) => key + value,
];

test('no key and no value can hold what stands for other entries', () => {
  const key = fc.stringMatching(/^[a-c0-9]{1,3}$/);
  const value = fc.stringMatching(/^[a-c0-9:]{0,3}$/);
  fc.assert(
    fc.property(key, value, key, value, fc.integer({ min: 1, max: 9 }), (first, held, last, other, digit) => {
      const behind = `z${last}`;
      const long = 'z'.repeat(10 * digit - 2);
      const contents: readonly (readonly [string, string][])[] = [
        [
          [first, held],
          [behind, other],
        ],
        // A digit of the key, taken for one of a length.
        [
          [first + digit, ''],
          [long, ''],
        ],
        [[first, `${long}0:`]],
        ...FORMS.flatMap(form => [
          [[first, held + form(behind, other)] as [string, string]],
          [[first + form('', held) + behind, other] as [string, string]],
        ]),
      ];
      const hashes = contents.map(content => {
        const data = new Map(content.map(([key, value]) => [key, Buffer.from(value)]));
        return hasher.hash({ namespace: 'shop', name: 'payments' }, data);
      });
      const told = contents.map(content => JSON.stringify(content));
      expect(new Set(hashes).size).toBe(new Set(told).size);
    }),
    { numRuns: 200 },
  );
});

test('the order in which keys come is no part of the content', () => {
  const entry = fc.tuple(text, fc.uint8Array({ maxLength: 3 }));
  const shuffled = fc
    .uniqueArray(entry, { maxLength: 6, selector: ([key]) => key })
    .chain(entries => fc.tuple(fc.constant(entries), fc.shuffledSubarray(entries, { minLength: entries.length })));
  fc.assert(
    fc.property(shuffled, ([entries, others]) => {
      const key = { namespace: 'shop', name: 'payments' };
      expect(hasher.hash(key, new Map(others))).toBe(hasher.hash(key, new Map(entries)));
    }),
  );
});

test('of a Secret of a mebibyte every byte counts', () => {
  const bytes = new Uint8Array(2 ** 20);
  const key = { namespace: 'shop', name: 'payments' };
  const hashes = [0, 1, 2 ** 19, 2 ** 20 - 1].map(at => {
    const changed = bytes.with(at, 1);
    return hasher.hash(key, new Map([['k', changed]]));
  });
  expect(new Set([hasher.hash(key, new Map([['k', bytes]])), ...hashes]).size).toBe(5);
});

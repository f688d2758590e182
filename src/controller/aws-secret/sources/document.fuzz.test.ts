import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostileText } from '../../../../test/support/hostile.ts';
import { parseProperties } from './document.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A piece of JSON as somebody may have written it, and the text that a key of the Secret has to hold for it. */
interface Written {
  readonly json: string;
  readonly gives: string;
}

const blank = fc.constantFrom('', ' ', '\n', '\t\r\n');
const SHORT: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '/': '\\/', '\n': '\\n', '\r': '\\r' };

/** A string of JSON: each unit as it is where that is allowed, or by one of its escapes. */
const written = (text: fc.Arbitrary<string>): fc.Arbitrary<Written> =>
  fc.tuple(text, fc.array(fc.nat(2), { minLength: 1, maxLength: 16 })).map(([gives, ways]) => {
    const units = gives.split('').map((unit, index) => {
      // A pair of surrogates is escaped whole or not at all.
      if (/[\ud800-\udfff]/.test(unit)) return gives.isWellFormed() && ways[0] === 0 ? unit : escaped(unit);
      return writtenUnit(unit, ways[index % ways.length] ?? 0);
    });
    return { json: `"${units.join('')}"`, gives };
  });

function writtenUnit(unit: string, way: number): string {
  const mustBeEscaped = unit < ' ' || unit === '"' || unit === '\\';
  if (way === 2 && SHORT[unit] !== undefined) return SHORT[unit];
  return way === 1 || mustBeEscaped ? escaped(unit) : unit;
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const number = fc.stringMatching(/^-?(0|[1-9][0-9]{0,30})([.][0-9]{1,12})?([eE][-+]?[0-9]{1,4})?$/);
const word = fc.constantFrom('true', 'false', 'null');
const literal = fc.oneof(number, word).map(text => ({ json: text, gives: text }));
const withinString = written(hostileText).map(({ json }) => ({ json, gives: json }));

/** Within a value nothing changes but that there are no blanks. */
const { composite } = fc.letrec<{ inner: Written; composite: Written }>(tie => ({
  inner: fc.oneof({ maxDepth: 3 }, literal, withinString, tie('composite')),
  composite: fc.oneof(
    fc.tuple(fc.array(tie('inner'), { maxLength: 3 }), blank).map(([items, gap]) => list('[]', items, gap)),
    fc.tuple(fc.array(fc.tuple(withinString, tie('inner')), { maxLength: 3 }), blank).map(([entries, gap]) => {
      const items = entries.map(([{ json: name }, { json, gives }]) => {
        return { json: `${name}${gap}:${gap}${json}`, gives: `${name}:${gives}` };
      });
      return list('{}', items, gap);
    }),
  ),
}));

function list([open, close]: string | readonly string[], items: readonly Written[], gap: string): Written {
  return {
    json: `${open}${gap}${items.map(({ json }) => json).join(`${gap},${gap}`)}${gap}${close}`,
    gives: `${open}${items.map(({ gives }) => gives).join(',')}${close}`,
  };
}

const property = fc.tuple(written(hostileText), fc.oneof(literal, written(hostileText), composite));
const document = fc.array(property, { maxLength: 6 });

test('each property of a document comes out exactly as it was written, and the last of a name counts', () => {
  fc.assert(
    fc.property(document, blank, fc.boolean(), (properties, gap, hasMark) => {
      const entries = properties.map(([name, { json }]) => `${name.json}${gap}:${gap}${json}`);
      const text = `${gap}{${gap}${entries.join(`${gap},${gap}`)}${gap}}${gap}`;
      const expected = new Map(properties.map(([name, { gives }]) => [name.gives, gives]));
      const found = parseProperties(encoder.encode(hasMark ? `\ufeff${text}` : text));
      const isSayable = [...expected.values()].every(value => value.isWellFormed());
      expect(found && textsOf(found)).toEqual(isSayable ? sorted(expected) : undefined);
    }),
    { numRuns: 500 },
  );
});

function textsOf(values: ReadonlyMap<string, Uint8Array>) {
  return sorted(new Map([...values].map(([name, bytes]) => [name, decoder.decode(bytes)])));
}

function sorted(map: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

const edit = fc.record({
  at: fc.nat(300),
  remove: fc.nat(3),
  insert: fc.oneof(
    fc.uint8Array({ maxLength: 3 }),
    fc.constantFrom('"', '{', '}', '[', ':', ',', '\\', '\\u', '\ufeff', '1', 'e').map(text => encoder.encode(text)),
  ),
});

test('a document that was damaged is one exactly when it is JSON, and then has the values that JSON.parse finds', () => {
  fc.assert(
    fc.property(document, fc.array(edit, { maxLength: 3 }), (properties, edits) => {
      const text = `{${properties.map(([name, { json }]) => `${name.json}:${json}`).join(',')}}`;
      let bytes = Buffer.from(encoder.encode(text));
      for (const { at, remove, insert } of edits) {
        const start = at % (bytes.length + 1);
        bytes = Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + remove)]);
      }
      expectAsParsed(bytes, parseProperties(bytes));
    }),
    { numRuns: 500 },
  );
});

/** Both sides go through JSON.parse, in which numbers lose digits. */
function expectAsParsed(bytes: Buffer, found: ReadonlyMap<string, Uint8Array> | undefined): void {
  const parsed = parsedObject(bytes);
  // A value may be half a character.
  if (bytes.includes('\\u') && parsed !== undefined && found === undefined) return;
  expect(found === undefined).toBe(parsed === undefined);
  // With escapes JSON.parse may get a name wrong: that is why it is not used.
  if (parsed === undefined || bytes.includes('\\')) return;
  expect([...(found?.keys() ?? [])].sort()).toEqual(Object.keys(parsed).sort());
  for (const [name, value] of Object.entries(parsed)) {
    const text = decoder.decode(found?.get(name));
    expect(typeof value === 'string' ? text : JSON.parse(text)).toEqual(value);
  }
}

function parsedObject(bytes: Uint8Array): object | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

// Where JSON.parse reads the name in the second that it has seen in the first: nodejs/node, issue 63785.
const pairs = [
  { first: String.raw`{"\\":1}`, second: String.raw`{"\n":1}`, name: '\n' },
  { first: String.raw`{"\\":1}`, second: String.raw`{"\u00e9":1}`, name: 'é' },
  { first: String.raw`{"e":1,"x\\":1}`, second: String.raw`{"e":1,"x\n":1}`, name: 'x\n' },
  { first: String.raw`{"e":1,"path\\/t":1}`, second: String.raw`{"e":1,"path\/to":1}`, name: 'path/to' },
];

for (const { first, second, name } of pairs) {
  test(`${first} changes no name in ${second}`, () => {
    parseProperties(encoder.encode(first));
    expect([...(parseProperties(encoder.encode(second))?.keys() ?? [])].at(-1)).toBe(name);
    parseProperties(encoder.encode(`{"v":${first}}`));
    expect(decoder.decode(parseProperties(encoder.encode(`{"v":${second}}`))?.get('v'))).toBe(second);
  });
}

const level = fc.constantFrom(
  { open: '[', close: ']' },
  { open: '{"a":', close: '}' },
  { open: '[1,{"":', close: '}]' },
);

test('no depth is too deep', () => {
  fc.assert(
    fc.property(level, fc.nat(10_000), fc.constantFrom('1', '""', '{}', ''), ({ open, close }, depth, heart) => {
      const value = `${open.repeat(depth)}${heart}${close.repeat(depth)}`;
      const found = parseProperties(encoder.encode(`{"v":${value}}`));
      const isJson = heart !== '' || (open === '[' && depth > 0);
      expect(found && decoder.decode(found.get('v'))).toBe(
        isJson ? (heart === '""' && depth === 0 ? '' : value) : undefined,
      );
    }),
    { numRuns: 20 },
  );
});

test('a name and a value of a mebibyte are not cut', () => {
  const long = 'é'.repeat(2 ** 19);
  const found = parseProperties(encoder.encode(JSON.stringify({ [long]: 'x', value: long })));
  expect([found?.get(long)?.byteLength, found?.get('value')?.byteLength]).toEqual([1, 2 ** 20]);
});

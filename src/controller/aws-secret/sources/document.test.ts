import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textOf } from '../../../../test/support/builders.ts';
import { parseProperties } from './document.ts';

function parse(json: string): Record<string, string> | undefined {
  const properties = parseProperties(new TextEncoder().encode(json));
  return properties && textOf(properties);
}

const BOM = '\ufeff';

interface Row {
  readonly why: string;
  readonly json: string;
  readonly gives: Readonly<Record<string, string>>;
}

const objects: readonly Row[] = [
  { why: 'an empty object has no properties', json: '{}', gives: {} },
  { why: 'a string is its characters', json: '{"a":"x"}', gives: { a: 'x' } },
  { why: 'an empty string is a value', json: '{"a":""}', gives: { a: '' } },
  { why: 'escapes are resolved', json: String.raw`{"a":"\"\\\/\b\f\n\r\tA"}`, gives: { a: '"\\/\b\f\n\r\tA' } },
  { why: 'U+0000 is a character', json: String.raw`{"a":"\u0000"}`, gives: { a: '\0' } },
  { why: 'escaped surrogates are one character', json: String.raw`{"a":"\ud83d\ude00"}`, gives: { a: '😀' } },
  { why: 'names may be escaped too', json: String.raw`{"\u0061\n":"x"}`, gives: { 'a\n': 'x' } },
  { why: 'nothing is normalised', json: '{"a":"e\u0301"}', gives: { a: 'e\u0301' } },
  { why: 'line breaks within a value stay as they are', json: String.raw`{"a":"x\r\ny\n"}`, gives: { a: 'x\r\ny\n' } },
  { why: 'a BOM within a value belongs to it', json: `{"a":"${BOM}x"}`, gives: { a: `${BOM}x` } },
  {
    why: 'a BOM before the document, as some editors write, belongs to nobody',
    json: `${BOM}{"a":"x"}`,
    gives: { a: 'x' },
  },
  {
    why: 'a number beyond 2^53 keeps its digits',
    json: '{"a":12345678901234567890}',
    gives: { a: '12345678901234567890' },
  },
  { why: 'a number keeps its notation', json: '{"a":1.50,"b":1E3,"c":-0}', gives: { a: '1.50', b: '1E3', c: '-0' } },
  { why: 'a number too large for a double does not become null', json: '{"a":1e400}', gives: { a: '1e400' } },
  {
    why: 'true, false and null are words',
    json: '{"a":true,"b":false,"c":null}',
    gives: { a: 'true', b: 'false', c: 'null' },
  },
  { why: 'an object becomes compact JSON', json: '{"a": { "b" : [ 1 , "x" ] } }', gives: { a: '{"b":[1,"x"]}' } },
  {
    why: 'digits survive within objects and lists',
    json: '{"a":{"n":[12345678901234567890,1.0]}}',
    gives: { a: '{"n":[12345678901234567890,1.0]}' },
  },
  { why: 'the last of two equal names counts', json: '{"a":"x","a":1,"a":"y"}', gives: { a: 'y' } },
  { why: 'an object after a number of the same name', json: '{"a":1,"a":{"b":2}}', gives: { a: '{"b":2}' } },
  { why: 'a number after an object of the same name', json: '{"a":{"b":1},"a":2}', gives: { a: '2' } },
  { why: 'names with dots and slashes are literal', json: '{"a.b":"x","/c":"y"}', gives: { 'a.b': 'x', '/c': 'y' } },
  {
    why: 'names of built-in properties are names',
    json: '{"constructor":"x","toString":"y"}',
    gives: { constructor: 'x', toString: 'y' },
  },
];

for (const { why, json, gives } of objects) {
  test(`an object: ${why}`, () => expect(parse(json)).toEqual(gives));
}

test('__proto__ is a name like any other, also within an object', () => {
  const properties = parseProperties(new TextEncoder().encode('{"__proto__":"x","a":{"__proto__":{"b":1}}}'));
  expect([...(properties ?? [])].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)])).toEqual([
    ['__proto__', 'x'],
    ['a', '{"__proto__":{"b":1}}'],
  ]);
});

const others = [
  { why: 'nothing', json: '' },
  { why: 'a list', json: '[{"a":"x"}]' },
  { why: 'a string', json: '"x"' },
  { why: 'a number', json: '1' },
  { why: 'null', json: 'null' },
  { why: 'true', json: 'true' },
  { why: 'plain text', json: 'hunter2' },
  { why: 'an object that is cut off', json: '{"a":' },
  { why: 'an object and something behind it', json: '{}{}' },
  { why: 'a comment', json: '{"a":1}//x' },
  { why: 'a trailing comma', json: '{"a":1,}' },
  { why: 'two BOMs', json: `${BOM}${BOM}{}` },
];

for (const { why, json } of others) {
  test(`no object: ${why}`, () => expect(parse(json)).toBeUndefined());
}

test('bytes that are no UTF-8 are no document: replacing them would change a value without a word', () => {
  expect(parseProperties(Uint8Array.from([...Buffer.from('{"a":"'), 0xff, ...Buffer.from('"}')]))).toBeUndefined();
  expect(parseProperties(Buffer.from('{"a":"x"}', 'utf16le'))).toBeUndefined();
});

test('half a character cannot be written in UTF-8: no value is changed without a word', () => {
  expect(parse(String.raw`{"a":"x\ud800"}`)).toBeUndefined();
  expect(parse(String.raw`{"a":{"b":"\udc00"}}`), 'within JSON the escape stays').toEqual({
    a: String.raw`{"b":"\udc00"}`,
  });
});

test('any JSON object of strings comes back as it went in', () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(fc.dictionary(text, text), object => {
      expect(parse(JSON.stringify(object))).toEqual(object);
    }),
  );
});

test('any property comes back as JSON with the same meaning', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), object => {
      const properties = parse(JSON.stringify(object)) ?? {};
      for (const [name, value] of Object.entries(object)) {
        if (typeof value === 'string') expect(properties[name]).toBe(value);
        else expect(properties[name]).toBe(JSON.stringify(value));
      }
    }),
  );
});

import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { brokenValues } from './broken-values.ts';
import type { Hints, Json, JsonSchema } from './json-schema.ts';
import { validValues } from './valid-values.ts';
import { violations } from './violations.ts';

const key = { type: 'string', minLength: 1, maxLength: 8 } as const;
const keyed: JsonSchema = { type: 'object', required: ['key'], properties: { key, note: { type: 'string' } } };

const schemas: readonly { readonly why: string; readonly schema: JsonSchema; readonly breaks: readonly string[] }[] = [
  { why: 'a truth', schema: { type: 'boolean' }, breaks: [': type'] },
  { why: 'a text', schema: { type: 'string' }, breaks: [': type'] },
  { why: 'one word of some', schema: { type: 'string', enum: ['a', 'b'] }, breaks: [': type', ': enum'] },
  { why: 'bounds of a text', schema: key, breaks: [': type', ': minLength', ': maxLength'] },
  { why: 'a bound that is large', schema: { type: 'string', maxLength: 4096 }, breaks: [': type', ': maxLength'] },
  {
    why: 'a pattern within bounds',
    schema: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 },
    breaks: [': type', ': maxLength', ': pattern'],
  },
  { why: 'a time', schema: { type: 'string', format: 'date-time' }, breaks: [': type', ': format'] },
  {
    why: 'a whole number',
    schema: { type: 'integer', format: 'int32', minimum: -1, maximum: 9 },
    breaks: [': type', ': minimum', ': maximum'],
  },
  { why: 'any number', schema: { type: 'number', minimum: 0 }, breaks: [': type', ': minimum'] },
  { why: 'nothing, where that is allowed', schema: { type: 'boolean', nullable: true }, breaks: [': type'] },
  { why: 'a number or a text', schema: { 'x-kubernetes-int-or-string': true }, breaks: [] },
  {
    why: 'whatever there is',
    schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    breaks: [': type'],
  },
  {
    why: 'a list',
    schema: { type: 'array', minItems: 1, maxItems: 3, items: { type: 'boolean' } },
    breaks: [': type', ': minItems', ': maxItems', '[]: type'],
  },
  {
    why: 'a set',
    schema: { type: 'array', maxItems: 20, items: { type: 'integer' }, 'x-kubernetes-list-type': 'set' },
    breaks: [': type', ': maxItems', ': unique', '[]: type'],
  },
  {
    why: 'a list whose entries have a key',
    schema: { type: 'array', items: keyed, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['key'] },
    breaks: [
      ...[': type', ': unique', '[]: type', '[]: required key'],
      ...['[].key: type', '[].key: minLength', '[].key: maxLength', '[].note: type'],
    ],
  },
  {
    why: 'a map',
    schema: { type: 'object', additionalProperties: key, minProperties: 1, maxProperties: 2 },
    breaks: [': type', ': minProperties', ': maxProperties', '{}: type', '{}: minLength', '{}: maxLength'],
  },
  {
    why: 'what is nested',
    schema: { type: 'object', required: ['a'], properties: { a: { type: 'object', properties: { b: keyed } } } },
    breaks: [
      ...[': type', ': required a', 'a: type', 'a.b: type', 'a.b: required key'],
      ...['a.b.key: type', 'a.b.key: minLength', 'a.b.key: maxLength', 'a.b.note: type'],
    ],
  },
];

describe.each(schemas)('$why', ({ schema, breaks }) => {
  it('is what its schema gives', () => {
    fc.assert(
      fc.property(validValues(schema), value => {
        expect(violations(schema, value)).toEqual([]);
      }),
    );
  });

  it('is broken in every way, one at a time', () => {
    const broken = brokenValues(schema);
    const nameOf = ({ path, constraint }: { path: string; constraint: string }) => `${path}: ${constraint}`;
    expect(broken.map(nameOf).sort()).toEqual([...breaks].sort());
    for (const each of broken) {
      const breaksOneOnly = (value: Json): void => {
        expect(violations(schema, value)).toEqual([nameOf(each)]);
      };
      fc.assert(fc.property(each.values, breaksOneOnly), { numRuns: 30 });
    }
  });
});

describe('rules, which only hints can keep', () => {
  const rules = [{ rule: "self != 'b'", message: 'must not be b' }];
  const schema: JsonSchema = { type: 'object', properties: { a: { ...key, 'x-kubernetes-validations': rules } } };
  const hints: Hints = {
    a: { valid: texts => texts.filter(text => text !== 'b'), breaks: [() => fc.constant('b')] },
  };

  it('are kept, and broken where nothing else is', () => {
    fc.assert(fc.property(validValues(schema, hints), value => JSON.stringify(value) !== '{"a":"b"}'));
    const broken = brokenValues(schema, hints).find(({ constraint }) => constraint === 'must not be b');
    expect(broken && fc.sample(broken.values, 3)).toEqual([{ a: 'b' }, { a: 'b' }, { a: 'b' }]);
  });

  it('must have hints, or a new rule would go untested', () => {
    expect(() => validValues(schema)).toThrow("a: nothing tells which values keep the rule self != 'b'");
    const halves: Hints = { a: { valid: texts => texts } };
    expect(() => brokenValues(schema, halves)).toThrow('a: 1 rules, and hints that break 0');
  });
});

test('a keyword or format that is not understood is refused, or what it demands would go untested', () => {
  const unknown = { type: 'string', multipleOf: 2 } as JsonSchema;
  expect(() => validValues(unknown, {}, 'spec.x')).toThrow('spec.x: teach the generator the keyword multipleOf');
  expect(() => validValues({ type: 'string', format: 'ipv4' }, {}, 'x')).toThrow(
    'x: teach the generator the format ipv4',
  );
  expect(() => validValues({}, {}, 'x')).toThrow('x: no type');
});

test('a text is counted in characters, as the API server does it', () => {
  expect(violations({ type: 'string', maxLength: 1 }, '😀')).toEqual([]);
});

test('the longest and the shortest there may be are among them', () => {
  const lengths = fc.sample(validValues({ type: 'string', minLength: 2, maxLength: 300 }), { numRuns: 200, seed: 1 });
  const sizes = new Set(lengths.map(text => [...String(text)].length));
  expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([2, 300]);
});

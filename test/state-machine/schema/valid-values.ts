import fc, { type Arbitrary } from 'fast-check';
import { assertKnown, type Hints, type Json, type JsonSchema, propertyPath } from './json-schema.ts';

/** How many entries a list or map has at the most, but for those that are as long as they may be. */
const FEW = 4;
/** A text is rarely longer than this, unless it is as long as it may be. */
const SHORT = 24;
/** Lists that may be longer are never filled. */
const FILLED = 64;

/** Values that `schema` takes, with the hints for `path` and below. Throws where a rule or keyword needs a hint. */
export function validValues(schema: JsonSchema, hints: Hints = {}, path = ''): Arbitrary<Json> {
  assertKnown(schema, path);
  const hint = hints[path]?.valid;
  const [rule] = schema['x-kubernetes-validations'] ?? [];
  if (rule !== undefined && hint === undefined) {
    throw new Error(`${path}: nothing tells which values keep the rule ${rule.rule}; add a hint`);
  }
  const values = schema.enum === undefined ? valuesOfType(schema, hints, path) : fc.constantFrom(...schema.enum);
  const hinted = hint === undefined ? values : hint(values);
  return schema.nullable ? fc.option(hinted, { nil: null, freq: 9 }) : hinted;
}

function valuesOfType(schema: JsonSchema, hints: Hints, path: string): Arbitrary<Json> {
  if (schema['x-kubernetes-int-or-string']) return fc.oneof(fc.integer(), fc.string({ maxLength: SHORT }));
  switch (schema.type) {
    case 'object':
      return schema.additionalProperties === undefined ? objects(schema, hints, path) : maps(schema, hints, path);
    case 'array':
      return lists(schema, validValues(schema.items ?? {}, hints, `${path}[]`));
    case 'string':
      return strings(schema, path);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return numbers(schema, path);
    default:
      throw new Error(`${path}: no type`);
  }
}

function objects(schema: JsonSchema, hints: Hints, path: string): Arbitrary<Json> {
  if (schema['x-kubernetes-preserve-unknown-fields']) {
    return fc.dictionary(fc.string({ maxLength: SHORT }), fc.string({ maxLength: SHORT }), { noNullPrototype: true });
  }
  const properties = Object.entries(schema.properties ?? {}).map(
    ([name, property]) => [name, validValues(property, hints, propertyPath(path, name))] as const,
  );
  const model: Record<string, Arbitrary<Json>> = Object.fromEntries(properties);
  return fc.record(model, { requiredKeys: [...(schema.required ?? [])], noNullPrototype: true }) as Arbitrary<Json>;
}

function maps(schema: JsonSchema, hints: Hints, path: string): Arbitrary<Json> {
  const { additionalProperties = {}, minProperties = 0, maxProperties = FEW } = schema;
  const names = hints[path]?.names ?? fc.string({ unit: 'grapheme-ascii', maxLength: SHORT });
  const maxKeys = Math.max(minProperties, Math.min(FEW, maxProperties));
  const size = { minKeys: minProperties, maxKeys, noNullPrototype: true };
  return fc.dictionary(names, validValues(additionalProperties, hints, `${path}{}`), size);
}

/** Lists of `items`, with distinct keys where the schema asks for that. */
export function lists(schema: JsonSchema, items: Arbitrary<Json>, count?: number): Arbitrary<Json> {
  const { minItems = 0, maxItems = minItems + FEW } = schema;
  const sizes = (minLength: number, maxLength: number): Arbitrary<Json> => {
    const size = { minLength, maxLength, size: 'max' } as const;
    const selector = keyOf(schema);
    return selector === undefined ? fc.array(items, size) : fc.uniqueArray(items, { ...size, selector });
  };
  if (count !== undefined) return sizes(count, count);
  const few = sizes(minItems, Math.min(maxItems, minItems + FEW));
  const isLong = maxItems > minItems + FEW && maxItems <= FILLED;
  return isLong ? fc.oneof({ arbitrary: few, weight: 19 }, { arbitrary: sizes(maxItems, maxItems), weight: 1 }) : few;
}

/** What must be distinct in a list; undefined when nothing must. */
export function keyOf(schema: JsonSchema): ((item: Json) => string) | undefined {
  switch (schema['x-kubernetes-list-type']) {
    case 'map': {
      const keys = schema['x-kubernetes-list-map-keys'] ?? [];
      return item => JSON.stringify(keys.map(key => (item as Readonly<Record<string, Json>>)[key]));
    }
    case 'set':
      return item => JSON.stringify(item);
    default:
      return undefined;
  }
}

function strings({ minLength = 0, maxLength, pattern, format }: JsonSchema, path: string): Arbitrary<Json> {
  if (format === 'date-time') return fc.date({ noInvalidDate: true, ...YEARS }).map(date => date.toISOString());
  if (format !== undefined) throw new Error(`${path}: teach the generator the format ${format}`);
  const fits = (text: string): boolean => [...text].length >= minLength && [...text].length <= (maxLength ?? Infinity);
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, 'u')).filter(fits);
  const short = Math.max(minLength, Math.min(maxLength ?? SHORT, SHORT));
  const texts = (unit: 'grapheme-ascii' | 'binary', min: number, max: number): Arbitrary<Json> =>
    fc.string({ unit, minLength: min, maxLength: max, size: 'max' });
  return fc.oneof(
    { arbitrary: texts('grapheme-ascii', minLength, short), weight: 7 },
    { arbitrary: texts('binary', minLength, short), weight: 2 },
    { arbitrary: texts('grapheme-ascii', maxLength ?? short, maxLength ?? short), weight: 1 },
  );
}

/** A year of five digits is no RFC 3339. */
const YEARS = { min: new Date(0), max: new Date('9999-12-31T00:00:00Z') } as const;

const INT32 = 2 ** 31;

function numbers({ type, format, minimum, maximum }: JsonSchema, path: string): Arbitrary<Json> {
  if (![undefined, 'int32', 'int64', 'double', 'float'].includes(format)) {
    throw new Error(`${path}: teach the generator the format ${format}`);
  }
  const limit = format === 'int32' ? INT32 - 1 : Number.MAX_SAFE_INTEGER;
  const range = { min: minimum ?? -limit, max: maximum ?? limit };
  return type === 'integer' ? fc.integer(range) : fc.double({ ...range, noNaN: true, noDefaultInfinity: true });
}

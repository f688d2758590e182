import fc, { type Arbitrary } from 'fast-check';
import { type Hints, isObject, type Json, type JsonObject, type JsonSchema, propertyPath } from './json-schema.ts';
import { keyOf, lists, validValues } from './valid-values.ts';

/** Whole values that break one constraint of a schema, and no other. */
export interface Broken {
  /** Where, such as `spec.data[].key`. */
  readonly path: string;
  /** The keyword; with the property for `required`, and with its message or text for a rule. */
  readonly constraint: string;
  readonly values: Arbitrary<Json>;
}

/** Each constraint of `schema` once, with values that break it. Throws where a rule needs a hint. */
export function brokenValues(schema: JsonSchema, hints: Hints = {}, path = ''): readonly Broken[] {
  const valid = validValues(schema, hints, path);
  return [...ownBreaks(schema, hints, path, valid), ...innerBreaks(schema, hints, path, valid)];
}

function ownBreaks(schema: JsonSchema, hints: Hints, path: string, valid: Arbitrary<Json>): readonly Broken[] {
  const items = schema.items && validValues(schema.items, hints, `${path}[]`);
  const broken: Record<string, Arbitrary<Json> | undefined> = {
    type: wrongTypes(schema),
    enum: schema.enum && fc.string({ minLength: 1, maxLength: 16 }).filter(text => !schema.enum?.includes(text)),
    ...brokenTexts(schema),
    minimum: schema.minimum === undefined ? undefined : fc.integer({ max: schema.minimum - 1 }),
    maximum: schema.maximum === undefined ? undefined : fc.integer({ min: schema.maximum + 1 }),
    minItems: items && schema.minItems ? lists(schema, items, schema.minItems - 1) : undefined,
    maxItems: items && schema.maxItems !== undefined ? lists(schema, items, schema.maxItems + 1) : undefined,
    unique: items && keyOf(schema) && withRepeatedKey(schema, fc.tuple(items, items)),
    ...brokenMaps(schema, hints, path),
  };
  const [{ breaks = [] }, rules] = [hints[path] ?? {}, schema['x-kubernetes-validations'] ?? []];
  if (breaks.length !== rules.length) {
    throw new Error(
      `${path}: ${rules.length} rules, and hints that break ${breaks.length}; add one for each, in order`,
    );
  }
  return [
    ...Object.entries(broken).map(([constraint, values]) => ({ path, constraint, values })),
    ...(schema.required ?? []).map(name => ({ path, constraint: `required ${name}`, values: without(valid, name) })),
    ...rules.map(({ rule, message }, index) => ({ path, constraint: message ?? rule, values: breaks[index]?.(valid) })),
  ].flatMap(({ values, ...rest }) => (values === undefined ? [] : [{ ...rest, values }]));
}

/** What is broken in a part of the value, within a whole that is sound elsewhere. */
function innerBreaks(schema: JsonSchema, hints: Hints, path: string, valid: Arbitrary<Json>): readonly Broken[] {
  const { properties = {}, items, additionalProperties } = schema;
  const within = (
    broken: readonly Broken[],
    put: (whole: Json, part: Json, at: number) => Json,
    fits: (whole: Json, part: Json) => boolean = () => true,
  ): readonly Broken[] =>
    broken.map(({ values, ...rest }) => ({
      ...rest,
      values: fc
        .tuple(valid, values, fc.nat())
        .filter(([whole, part]) => fits(whole, part))
        .map(([whole, part, at]) => put(whole, part, at)),
    }));
  const named = (name: string) => (whole: Json, part: Json) => ({ ...(whole as JsonObject), [name]: part });
  return [
    ...Object.entries(properties).flatMap(([name, property]) =>
      within(brokenValues(property, hints, propertyPath(path, name)), named(name)),
    ),
    ...within(
      items === undefined ? [] : brokenValues(items, hints, `${path}[]`),
      (whole, part, at) => replaced(whole as readonly Json[], part, at),
      (whole, part) => !hasKeyOf(schema, whole as readonly Json[], part),
    ),
    ...within(
      additionalProperties === undefined ? [] : brokenValues(additionalProperties, hints, `${path}{}`),
      (whole, part) => ({ ...withRoom(whole as JsonObject, schema), [BROKEN]: part }),
    ),
  ];
}

/** Name of the broken entry of a map. */
const BROKEN = 'broken';

/** The map, without its first entry where it may have no further one. */
function withRoom(map: JsonObject, { maxProperties = Number.POSITIVE_INFINITY }: JsonSchema): JsonObject {
  const entries = Object.entries(map);
  return Object.fromEntries(entries.length < maxProperties ? entries : entries.slice(1));
}

/** In place of one entry, so that the list stays as long as it was; the only one of an empty list. */
function replaced(list: readonly Json[], part: Json, at: number): readonly Json[] {
  return list.length === 0 ? [part] : list.with(at % list.length, part);
}

/** Whether the list would then hold a key twice, too. */
function hasKeyOf(schema: JsonSchema, list: readonly Json[], part: Json): boolean {
  const key = keyOf(schema);
  return key !== undefined && list.some(item => key(item) === key(part));
}

const SAMPLES: Readonly<Record<string, Json>> = { string: 'text', number: 1.5, boolean: true, array: [], object: {} };

/** `null` is no wrong type: the API server takes it for an absent property. */
function wrongTypes(schema: JsonSchema): Arbitrary<Json> | undefined {
  if (schema['x-kubernetes-int-or-string']) return undefined;
  return fc.constantFrom(
    ...Object.entries(SAMPLES).flatMap(([type, sample]) => (type === schema.type ? [] : [sample])),
  );
}

function brokenTexts({ minLength = 0, maxLength, pattern, format, enum: of }: JsonSchema) {
  const regExp = new RegExp(pattern ?? '', 'u');
  const ofLength = (length: number): Arbitrary<Json> | undefined => {
    const any = fc.string({ unit: 'grapheme-ascii', minLength: length, maxLength: length, size: 'max' });
    if (pattern === undefined) return any;
    const repeated = fc.stringMatching(regExp).map(text => text.padEnd(length, text || ' ').slice(0, length));
    // Of some patterns no text is that long, and a filter that nothing passes never ends.
    const isPossible = fc.sample(repeated, { numRuns: 50, seed: 1 }).some(text => regExp.test(text));
    return isPossible ? repeated.filter(text => regExp.test(text)) : undefined;
  };
  const fits = (text: string): boolean => text.length >= minLength && text.length <= (maxLength ?? text.length);
  return {
    minLength: of === undefined && minLength > 0 ? ofLength(minLength - 1) : undefined,
    maxLength: maxLength === undefined ? undefined : ofLength(maxLength + 1),
    pattern:
      pattern === undefined
        ? undefined
        : fc.string({ unit: 'grapheme-ascii' }).filter(text => fits(text) && !regExp.test(text)),
    format: format === 'date-time' ? fc.constantFrom('soon', '2030-13-01T00:00:00Z', '2030-01-01') : undefined,
  };
}

function brokenMaps(schema: JsonSchema, hints: Hints, path: string) {
  const { additionalProperties, minProperties = 0, maxProperties } = schema;
  if (additionalProperties === undefined) return {};
  const values = validValues(additionalProperties, hints, `${path}{}`);
  const sized = (count: number): Arbitrary<Json> =>
    fc
      .tuple(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 4 }), values)
      .map(([name, value]) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name}${i}`, value])));
  return {
    minProperties: minProperties > 0 ? sized(minProperties - 1) : undefined,
    maxProperties: maxProperties === undefined ? undefined : sized(maxProperties + 1),
  };
}

function withRepeatedKey(schema: JsonSchema, pairs: Arbitrary<readonly [Json, Json]>): Arbitrary<Json> {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  return pairs.map(([one, other]) => {
    if (!isObject(one) || !isObject(other)) return [one, one];
    const shared = keys.flatMap(key => (one[key] === undefined ? [] : [[key, one[key]] as const]));
    return [one, { ...other, ...Object.fromEntries(shared) }];
  });
}

function without(valid: Arbitrary<Json>, name: string): Arbitrary<Json> {
  return valid.map(value => {
    const { [name]: _, ...rest } = value as JsonObject;
    return rest;
  });
}

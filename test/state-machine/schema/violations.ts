import { isObject, type Json, type JsonObject, type JsonSchema, lengthOf, propertyPath } from './json-schema.ts';
import { keyOf } from './valid-values.ts';

/** What of `schema` a value breaks, each as `<path>: <constraint>`, but for CEL rules, which only the API server knows. */
export function violations(schema: JsonSchema, value: Json, path = ''): readonly string[] {
  if (value === null) return schema.nullable ? [] : [`${path}: type`];
  if (!isOfType(schema, value)) return [`${path}: type`];
  const own = constraints(schema, value).map(constraint => `${path}: ${constraint}`);
  return [...own, ...innerViolations(schema, value, path)];
}

function innerViolations(schema: JsonSchema, value: Json, path: string): readonly string[] {
  const { properties = {}, additionalProperties, items } = schema;
  if (Array.isArray(value)) return value.flatMap(item => violations(items ?? {}, item, `${path}[]`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, part]) => {
    if (additionalProperties !== undefined) return violations(additionalProperties, part, `${path}{}`);
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return property === undefined ? [] : violations(property, part, propertyPath(path, name));
  });
}

function isOfType(schema: JsonSchema, value: Json): boolean {
  if (schema['x-kubernetes-int-or-string']) return typeof value === 'string' || Number.isInteger(value);
  switch (schema.type) {
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === schema.type;
  }
}

function constraints(schema: JsonSchema, value: Json): readonly string[] {
  const isFalse = (holds: readonly (readonly [constraint: string, holds: boolean])[]): readonly string[] =>
    holds.flatMap(([constraint, is]) => (is ? [] : [constraint]));
  const { enum: of, required = [] } = schema;
  const isListed = of === undefined || of.includes(value);
  if (!isListed) return ['enum'];
  if (typeof value === 'string') return isFalse(textConstraints(schema, value));
  if (typeof value === 'number') return isFalse(within(schema, value, 'minimum', 'maximum'));
  if (Array.isArray(value)) {
    const key = keyOf(schema);
    const isUnique = key === undefined || new Set(value.map(key)).size === value.length;
    return isFalse([...within(schema, value.length, 'minItems', 'maxItems'), ['unique', isUnique]]);
  }
  if (!isObject(value)) return [];
  const missing = required.map(name => [`required ${name}`, Object.hasOwn(value, name)] as const);
  return isFalse([...within(schema, sizeOf(value), 'minProperties', 'maxProperties'), ...missing]);
}

type Bound = 'minimum' | 'maximum' | 'minItems' | 'maxItems' | 'minProperties' | 'maxProperties';

function within(schema: JsonSchema, size: number, least: Bound, most: Bound) {
  return [
    [least, size >= (schema[least] ?? -Infinity)],
    [most, size <= (schema[most] ?? Infinity)],
  ] as const;
}

function textConstraints({ minLength = 0, maxLength = Infinity, pattern, format }: JsonSchema, text: string) {
  return [
    ['minLength', lengthOf(text) >= minLength],
    ['maxLength', lengthOf(text) <= maxLength],
    ['pattern', pattern === undefined || new RegExp(pattern, 'u').test(text)],
    ['format', format !== 'date-time' || (text.includes('T') && !Number.isNaN(Date.parse(text)))],
  ] as const;
}

function sizeOf(value: JsonObject): number {
  return Object.keys(value).length;
}

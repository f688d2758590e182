/** A value of JSON as an expression sees it. Objects are maps, in which no name is special. */
export type Json = null | boolean | string | JsonNumber | JsonList | JsonObject;
export type JsonList = readonly Json[];
export type JsonObject = ReadonlyMap<string, Json>;

/** Keeps the text that the document has, digit for digit. It is compared and reckoned with as the nearest double. */
export interface JsonNumber {
  readonly text: string;
}

export type JsonKind = 'null' | 'boolean' | 'string' | 'number' | 'array' | 'object';

export function kindOf(value: Json): JsonKind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Map) return 'object';
  return typeof value === 'object' ? 'number' : (typeof value as 'boolean' | 'string');
}

export function isList(value: Json): value is JsonList {
  return Array.isArray(value);
}

export function isObject(value: Json): value is JsonObject {
  return value instanceof Map;
}

export function isNumber(value: Json): value is JsonNumber {
  return kindOf(value) === 'number';
}

/** A number that was reckoned. Undefined where JSON has no such number. */
export function numberOf(value: number): JsonNumber | undefined {
  return Number.isFinite(value) ? { text: String(value) } : undefined;
}

/** JMESPath has these for false, and all else, such as 0, for true. */
export function isTruthy(value: Json): boolean {
  if (isList(value)) return value.length > 0;
  if (isObject(value)) return value.size > 0;
  return value !== null && value !== false && value !== '';
}

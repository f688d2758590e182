import type { Arbitrary } from 'fast-check';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json;
}

/** As much of OpenAPI v3 as the structural schema of a CustomResourceDefinition may use, and its extensions. */
export interface JsonSchema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly Json[];
  readonly nullable?: boolean;
  readonly default?: Json;
  readonly description?: string;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-validations'?: readonly CelRule[];
}

export interface CelRule {
  readonly rule: string;
  readonly message?: string;
}

/** What a schema cannot say of the values at one path: what its CEL rules ask for, or what makes sense there. */
export interface Hint {
  /** Values to take, made of or in place of those of the schema alone. They must keep the schema, and its rules. */
  readonly valid?: (fromSchema: Arbitrary<Json>) => Arbitrary<Json>;
  /** For each CEL rule, in order, values that break that one and nothing else; `valid` are values that break none. */
  readonly breaks?: readonly ((valid: Arbitrary<Json>) => Arbitrary<Json>)[];
  /** Names of a map's entries. */
  readonly names?: Arbitrary<string>;
}

/** By path, such as `spec.data[].key`; the entries of a map are `{}`, as in `spec.labels{}`. */
export type Hints = Readonly<Record<string, Hint>>;

const KEYWORDS: ReadonlySet<string> = new Set([
  ...['type', 'properties', 'required', 'additionalProperties', 'minProperties', 'maxProperties', 'items', 'minItems'],
  ...['maxItems', 'minLength', 'maxLength', 'pattern', 'format', 'minimum', 'maximum', 'enum', 'nullable', 'default'],
  ...['description', 'x-kubernetes-list-type', 'x-kubernetes-list-map-keys', 'x-kubernetes-int-or-string'],
  ...['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-validations'],
]);

/** Throws for a keyword that is not understood: what it demands would silently go untested. */
export function assertKnown(schema: JsonSchema, path: string): void {
  const unknown = Object.keys(schema).filter(keyword => !KEYWORDS.has(keyword));
  if (unknown.length > 0) throw new Error(`${path}: teach the generator the keyword ${unknown.join(', ')}`);
}

/** Path of a property below `path`. */
export function propertyPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Length as Kubernetes counts it: code points. */
export function lengthOf(text: string): number {
  return [...text].length;
}

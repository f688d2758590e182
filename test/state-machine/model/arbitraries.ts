import fc, { type Arbitrary } from 'fast-check';
import type { Json, JsonObject } from '../schema/json-schema.ts';

type Weighted = readonly (readonly [weight: number, values: Arbitrary<Json>])[];

export function oneOf(...choices: Weighted): Arbitrary<Json> {
  return fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

/** The object without these properties. */
export function without(value: Json, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(value as JsonObject).filter(([name]) => !names.includes(name)));
}

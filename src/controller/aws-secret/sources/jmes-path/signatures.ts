import type { JsonKind } from './json.ts';

/**
 * What an argument has to be: one of some kinds; `any`; a list of strings, of numbers, or of either; or a reference to an
 * expression.
 */
export type Parameter = readonly JsonKind[] | 'any' | 'strings' | 'numbers' | 'sortable' | 'reference';

export interface Signature {
  readonly parameters: readonly Parameter[];
  /** Whether the last parameter may be repeated. */
  readonly isVariadic?: boolean;
}

/** jmespath.org/specification.html, "Built-in Functions". */
export const SIGNATURES = {
  abs: { parameters: [['number']] },
  avg: { parameters: ['numbers'] },
  ceil: { parameters: [['number']] },
  contains: { parameters: [['array', 'string'], 'any'] },
  ends_with: { parameters: [['string'], ['string']] },
  floor: { parameters: [['number']] },
  join: { parameters: [['string'], 'strings'] },
  keys: { parameters: [['object']] },
  length: { parameters: [['string', 'array', 'object']] },
  map: { parameters: ['reference', ['array']] },
  max: { parameters: ['sortable'] },
  max_by: { parameters: [['array'], 'reference'] },
  merge: { parameters: [['object']], isVariadic: true },
  min: { parameters: ['sortable'] },
  min_by: { parameters: [['array'], 'reference'] },
  not_null: { parameters: ['any'], isVariadic: true },
  reverse: { parameters: [['string', 'array']] },
  sort: { parameters: ['sortable'] },
  sort_by: { parameters: [['array'], 'reference'] },
  starts_with: { parameters: [['string'], ['string']] },
  sum: { parameters: ['numbers'] },
  to_array: { parameters: ['any'] },
  to_number: { parameters: ['any'] },
  to_string: { parameters: ['any'] },
  type: { parameters: ['any'] },
  values: { parameters: [['object']] },
} as const satisfies Readonly<Record<string, Signature>>;

export type FunctionName = keyof typeof SIGNATURES;

export function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(SIGNATURES, name);
}

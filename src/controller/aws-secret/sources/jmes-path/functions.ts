import { ExpressionError } from '../expression-error.ts';
import type { Steps } from '../steps.ts';
import { doubleOf, isEqual, order, weightOf } from './compare.ts';
import {
  isList,
  isNumber,
  isObject,
  type Json,
  type JsonList,
  type JsonNumber,
  type JsonObject,
  kindOf,
  numberOf,
} from './json.ts';
import { type FunctionName, type Parameter, SIGNATURES, type Signature } from './signatures.ts';
import { jsonOf } from './text.ts';
import type { Tree } from './tree.ts';

export interface Tools {
  readonly tree: Tree;
  readonly steps: Steps;
  /** Applies the expression that a reference refers to. */
  readonly apply: (item: Json) => Json;
}

/** Calls a function of JMESPath; `args` are without references. Throws an ExpressionError when it does not take them. */
export function callFunction(name: FunctionName, args: readonly Json[], tools: Tools): Json {
  check(name, args, tools.steps);
  return FUNCTIONS[name](args, tools);
}

function check(name: FunctionName, args: readonly Json[], steps: Steps): void {
  const { parameters: all }: Signature = SIGNATURES[name];
  const parameters = all.filter(parameter => parameter !== 'reference');
  for (const [index, value] of args.entries()) {
    const problem = misfit(parameters[index] ?? parameters.at(-1) ?? 'any', value, steps);
    if (problem !== undefined) throw new ExpressionError(`function \`${name}\` cannot take ${problem}`);
  }
}

/** What is wrong with an argument; undefined when nothing is. */
function misfit(parameter: Exclude<Parameter, 'reference'>, value: Json, steps: Steps): string | undefined {
  steps.spend(weightOf(value));
  const kind = kindOf(value);
  if (parameter === 'any') return undefined;
  if (typeof parameter === 'object') return parameter.includes(kind) ? undefined : describe(kind);
  if (!isList(value)) return describe(kind);
  const wanted = { strings: 'string', numbers: 'number', sortable: kindOf(value[0] ?? '') }[parameter];
  const odd = value.find(item => kindOf(item) !== wanted || (wanted !== 'string' && wanted !== 'number'));
  return odd === undefined ? undefined : `an array with ${describe(kindOf(odd))} in it`;
}

function describe(kind: string): string {
  if (kind === 'null') return kind;
  return `${/^[ao]/.test(kind) ? 'an' : 'a'} ${kind}`;
}

type Implementation = (args: readonly Json[], tools: Tools) => Json;

const FUNCTIONS: Readonly<Record<FunctionName, Implementation>> = {
  abs: args => ({ text: (args[0] as JsonNumber).text.replace(/^-/, '') }),
  avg: args => average(args[0] as readonly JsonNumber[]),
  ceil: args => rounded(args[0] as JsonNumber, Math.ceil),
  contains: ([subject = null, search = null], { steps }) => contains(subject, search, steps),
  ends_with: args => (args[0] as string).endsWith(args[1] as string),
  floor: args => rounded(args[0] as JsonNumber, Math.floor),
  join: ([glue, parts], { steps }) => join(glue as string, parts as readonly string[], steps),
  keys: args => [...(args[0] as JsonObject).keys()],
  length: args => lengthOf(args[0] as string | JsonList | JsonObject),
  map: (args, { apply }) => (args[0] as JsonList).map(apply),
  max: (args, { steps }) => best(args[0] as JsonList, item => item, 1, steps),
  max_by: (args, { apply, steps }) => best(args[0] as JsonList, apply, 1, steps),
  merge: args => new Map(args.flatMap(object => [...(object as JsonObject)])),
  min: (args, { steps }) => best(args[0] as JsonList, item => item, -1, steps),
  min_by: (args, { apply, steps }) => best(args[0] as JsonList, apply, -1, steps),
  not_null: args => args.find(value => value !== null) ?? null,
  reverse: args => reversed(args[0] as string | JsonList),
  sort: (args, { steps }) => sorted(args[0] as JsonList, item => item, steps),
  sort_by: (args, { apply, steps }) => sorted(args[0] as JsonList, apply, steps),
  starts_with: args => (args[0] as string).startsWith(args[1] as string),
  sum: args => reckoned(sumOf(args[0] as readonly JsonNumber[])),
  to_array: args => (isList(args[0] ?? null) ? (args[0] as JsonList) : [args[0] ?? null]),
  to_number: ([value = null]) => toNumber(value),
  to_string: ([value = null], { tree, steps }) => (typeof value === 'string' ? value : jsonOf(value, tree, steps)),
  type: ([value = null]) => kindOf(value),
  values: args => [...(args[0] as JsonObject).values()],
};

function reckoned(value: number): JsonNumber {
  const number = numberOf(value);
  if (number === undefined) throw new ExpressionError('reckons with numbers that are too large');
  return number;
}

function sumOf(numbers: readonly JsonNumber[]): number {
  return numbers.reduce((sum, number) => sum + doubleOf(number), 0);
}

function average(numbers: readonly JsonNumber[]): Json {
  return numbers.length === 0 ? null : reckoned(sumOf(numbers) / numbers.length);
}

const INTEGER = /^-?[0-9]+$/;

/** An integer keeps its digits, however many it has. */
function rounded(number: JsonNumber, round: (value: number) => number): JsonNumber {
  return INTEGER.test(number.text) ? number : reckoned(round(doubleOf(number)));
}

function contains(subject: Json, search: Json, steps: Steps): boolean {
  if (isList(subject)) return subject.some(item => isEqual(item, search, steps));
  if (typeof subject !== 'string' || typeof search !== 'string') return false;
  // The search for one text in another may look at each pair of their characters.
  steps.spend((weightOf(subject) * search.length) / 4);
  return subject.includes(search);
}

function join(glue: string, parts: readonly string[], steps: Steps): string {
  steps.spend(parts.reduce((sum, part) => sum + weightOf(part) + weightOf(glue), 0));
  return parts.join(glue);
}

/** Of a text in characters, not in UTF-16. */
function lengthOf(value: string | JsonList | JsonObject): JsonNumber {
  if (typeof value === 'string') return reckoned([...value].length);
  return reckoned(isObject(value) ? value.size : (value as JsonList).length);
}

function reversed(value: string | JsonList): Json {
  return typeof value === 'string' ? [...value].reverse().join('') : [...value].reverse();
}

type Key = string | JsonNumber;

/** The first item whose key comes last (`sign` 1) or first (-1). */
function best(items: JsonList, keyOf: (item: Json) => Json, sign: 1 | -1, steps: Steps): Json {
  let found: { readonly item: Json; readonly key: Key } | undefined;
  for (const { item, key } of keyed(items, keyOf, 1, steps)) {
    if (found === undefined || order(key, found.key) * sign > 0) found = { item, key };
  }
  return found?.item ?? null;
}

/** How often each item is compared in a sort, about: the logarithm of how many there may be. */
const COMPARISONS = 16;

function sorted(items: JsonList, keyOf: (item: Json) => Json, steps: Steps): Json {
  const all = keyed(items, keyOf, COMPARISONS, steps);
  return all.sort((left, right) => order(left.key, right.key)).map(({ item }) => item);
}

function keyed(items: JsonList, keyOf: (item: Json) => Json, comparisons: number, steps: Steps) {
  const all = items.map(item => ({ item, key: keyOf(item) }));
  const kind = kindOf(all[0]?.key ?? '');
  return all.map(({ item, key }) => {
    steps.spend(comparisons * weightOf(key));
    if (kindOf(key) === kind && (typeof key === 'string' || isNumber(key))) return { item, key };
    throw new ExpressionError(`can order items by strings or by numbers, and got ${describe(kindOf(key))}`);
  });
}

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:[.][0-9]+)?(?:[eE][-+]?[0-9]+)?$/;

function toNumber(value: Json): Json {
  if (typeof value === 'string') return NUMBER.test(value) ? { text: value } : null;
  return isNumber(value) ? value : null;
}

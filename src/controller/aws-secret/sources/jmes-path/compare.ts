import type { Steps } from '../steps.ts';
import { isList, isNumber, isObject, type Json, type JsonNumber } from './json.ts';
import type { Comparator } from './syntax.ts';

/** How many characters are looked at in the time of one step. */
const CHARACTERS_PER_STEP = 16;

/** What it takes to look at the whole of a value, but not into its parts. */
export function weightOf(value: Json): number {
  if (typeof value === 'string') return 1 + value.length / CHARACTERS_PER_STEP;
  if (isList(value)) return 1 + value.length;
  if (isObject(value)) return 1 + value.size;
  return isNumber(value) ? 1 + value.text.length / CHARACTERS_PER_STEP : 1;
}

export function doubleOf({ text }: JsonNumber): number {
  return Number(text);
}

/** Only numbers have an order; null says that there is none. */
export function compare(by: Comparator, left: Json, right: Json, steps: Steps): boolean | null {
  if (by === '==') return isEqual(left, right, steps);
  if (by === '!=') return !isEqual(left, right, steps);
  if (!isNumber(left) || !isNumber(right)) return null;
  steps.spend(weightOf(left) + weightOf(right));
  const [a, b] = [doubleOf(left), doubleOf(right)];
  switch (by) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      return by satisfies never;
  }
}

export function isEqual(left: Json, right: Json, steps: Steps): boolean {
  steps.spend(Math.min(weightOf(left), weightOf(right)));
  if (isList(left) && isList(right)) {
    return left.length === right.length && left.every((item, index) => isEqual(item, right[index] ?? null, steps));
  }
  if (isObject(left) && isObject(right)) {
    return left.size === right.size && [...left].every(([name, item]) => isEqualAt(right, name, item, steps));
  }
  if (isNumber(left) && isNumber(right)) return doubleOf(left) === doubleOf(right);
  return left === right;
}

function isEqualAt(object: ReadonlyMap<string, Json>, name: string, item: Json, steps: Steps): boolean {
  const other = object.get(name);
  return other !== undefined && isEqual(item, other, steps);
}

type Sortable = string | JsonNumber;

/** Negative when `left` comes before `right`; numbers by value, strings by their UTF-16. */
export function order(left: Sortable, right: Sortable): number {
  const [a, b] =
    typeof left === 'object' && typeof right === 'object' ? [doubleOf(left), doubleOf(right)] : [left, right];
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

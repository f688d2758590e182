import { charactersOf } from '../json-tokens.ts';
import type { Json } from './json.ts';

/** A document of JSON. */
export interface Tree {
  readonly root: Json;
  /** An object or list of the document as it is written there, without blanks; undefined for one that is not of it. */
  sourceOf(part: object): string | undefined;
}

/** Deeper ones are not read: what looks at values goes down into them, and must not overflow the stack. */
export const MAX_DEPTH = 500;

/** The document of these tokens, which must be one value; undefined when it is nested more than MAX_DEPTH levels deep. */
export function treeOf(tokens: readonly string[]): Tree | undefined {
  if (depthOf(tokens) > MAX_DEPTH) return undefined;
  const places = new Map<object, readonly [start: number, end: number]>();
  const { value } = valueAt(tokens, 0, places);
  return {
    root: value,
    sourceOf(part) {
      const place = places.get(part);
      return place && tokens.slice(...place).join('');
    },
  };
}

function depthOf(tokens: readonly string[]): number {
  let depth = 0;
  let deepest = 0;
  for (const token of tokens) {
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

type Places = Map<object, readonly [start: number, end: number]>;

interface Found<T extends Json> {
  readonly value: T;
  /** Index behind it. */
  readonly end: number;
}

function valueAt(tokens: readonly string[], start: number, places: Places): Found<Json> {
  const token = tokens[start] ?? '';
  if (token !== '{' && token !== '[') return { value: scalarOf(token), end: start + 1 };
  const { value, end } = token === '{' ? objectAt(tokens, start, places) : listAt(tokens, start, places);
  places.set(value as object, [start, end]);
  return { value, end };
}

function objectAt(tokens: readonly string[], start: number, places: Places): Found<Map<string, Json>> {
  const value = new Map<string, Json>();
  let at = start + 1;
  while (tokens[at] !== '}') {
    const inner = valueAt(tokens, at + 2, places);
    value.set(charactersOf(tokens[at] ?? ''), inner.value);
    at = tokens[inner.end] === ',' ? inner.end + 1 : inner.end;
  }
  return { value, end: at + 1 };
}

function listAt(tokens: readonly string[], start: number, places: Places): Found<Json[]> {
  const value: Json[] = [];
  let at = start + 1;
  while (tokens[at] !== ']') {
    const inner = valueAt(tokens, at, places);
    value.push(inner.value);
    at = tokens[inner.end] === ',' ? inner.end + 1 : inner.end;
  }
  return { value, end: at + 1 };
}

const WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

function scalarOf(token: string): Json {
  const word = WORDS.get(token);
  if (word !== undefined) return word;
  return token.startsWith('"') ? charactersOf(token) : { text: token };
}

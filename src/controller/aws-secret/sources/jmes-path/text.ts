import type { Steps } from '../steps.ts';
import { isList, isNumber, isObject, type Json } from './json.ts';
import type { Tree } from './tree.ts';

/**
 * A value as compact JSON: what is of the document as it is written there. A step for each character, because what an
 * expression repeats may be far longer than its document.
 */
export function jsonOf(value: Json, tree: Tree, steps: Steps): string {
  const text = textOf(value, tree, steps);
  steps.spend(text.length);
  return text;
}

function textOf(value: Json, tree: Tree, steps: Steps): string {
  if (isNumber(value)) return value.text;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const source = tree.sourceOf(value);
  if (source !== undefined) return source;
  if (isList(value)) return `[${value.map(item => jsonOf(item, tree, steps)).join(',')}]`;
  const entries = isObject(value) ? [...value] : [];
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${jsonOf(item, tree, steps)}`).join(',')}}`;
}

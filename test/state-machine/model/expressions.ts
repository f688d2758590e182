import type { Reason } from '../../../src/crds/reasons.ts';
import type { Content } from './content.ts';
import type { DataFromEntry } from './spec.ts';

type Properties = ReadonlyMap<string, string>;

/** Expressions, and what each finds in an object that has these properties: told by hand, not by another implementation. */
const PATHS: Readonly<Record<string, (properties: Properties) => string | null | Reason>> = {
  username: properties => properties.get('username') ?? null,
  big: properties => properties.get('big') ?? null,
  nested: properties => properties.get('nested') ?? null,
  'nested.a[1]': properties => (properties.has('nested') ? 'x' : null),
  'nested.a[?@ == `1`] | [0]': properties => (properties.has('nested') ? '1' : null),
  "username || 'nobody'": properties => properties.get('username') ?? 'nobody',
  // `null` in the document, or nothing there.
  note: () => null,
  // A number, or null.
  'length(port)': () => 'ExpressionFailed',
  'username[': () => 'InvalidSpec',
};

export const JMES_PATHS: readonly string[] = Object.keys(PATHS);

/** Null: nothing is there. */
export function findIn({ bytes, properties }: Content, path: string): string | null | Reason {
  const found = PATHS[path]?.(properties ?? new Map()) ?? null;
  return found === 'InvalidSpec' || isJson(bytes) ? found : 'NotJson';
}

export const isBadPath = (path: string | undefined): boolean => path === 'username[';

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}

/** As RFC 4648 has it; undefined for what is not encoded. */
export function decoded(bytes: Buffer, encoding = 'None'): Buffer | undefined {
  if (encoding === 'None') return bytes;
  const by = encoding === 'Base64' ? 'base64' : 'base64url';
  const text = bytes.toString('latin1');
  const found = Buffer.from(text, 'base64');
  return [found.toString(by), found.toString('base64')].slice(0, by === 'base64' ? 1 : 2).includes(text)
    ? found
    : undefined;
}

/** Patterns, which mean the same to JavaScript, but for the last, which is none; and what replaces their matches. */
export const PATTERNS: readonly string[] = ['^user(.*)$', '[.]', '-', 'o', '^(.*)$', '('];
export const REPLACEMENTS: readonly string[] = ['', '_', 'x', '$1', '$1-$0', '$$'];

type Keys = NonNullable<DataFromEntry['keys']>;

/** A pattern that is none, or a group that it does not have. */
export function isBadRename({ rename = [] }: Keys): boolean {
  return rename.some(({ pattern, replacement }) => pattern === '(' || !hasGroups(pattern, replacement));
}

function hasGroups(pattern: string, replacement: string): boolean {
  return pattern.includes('(') || !replacement.includes('$1');
}

/** The key that a name becomes. */
export function keyOf(name: string, { rename = [], case: style, prefix = '' }: Keys): string {
  const key = rename.reduce((text, { pattern, replacement }) => {
    return text.replace(new RegExp(pattern, 'g'), replacement.replaceAll('$0', '$$&'));
  }, name);
  return prefix + (style === undefined ? key : snake(key, style));
}

/** No name here has a capital within a word. */
function snake(name: string, style: string): string {
  const words = name.replace(/[^A-Za-z0-9]+/g, '_');
  return style === 'UpperSnake' ? words.toUpperCase() : words.toLowerCase();
}

import { charactersOf, endOfValue, tokensOf } from './json-tokens.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/**
 * The top-level properties of a JSON object, in bytes: a string as its characters in UTF-8; a number as its source
 * text, so that no digit is lost; `true`, `false` and `null` as those words; an object or array as compact JSON, which is as it
 * is written, without blanks. Undefined when the bytes are not UTF-8 or no JSON object, or a string is half a character (an escape such as
 * \ud800), which UTF-8 cannot say. A property that is named twice has its last value.
 */
export function parseProperties(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> | undefined {
  const tokens = parseTokens(bytes);
  if (tokens?.[0] !== '{') return undefined;
  const texts = new Map<string, string>();
  for (let name = 1; name < tokens.length - 1; ) {
    const value = name + 2;
    const end = endOfValue(tokens, value) ?? tokens.length;
    texts.set(textOf(tokens.slice(name, name + 1)), textOf(tokens.slice(value, end)));
    name = end + 1;
  }
  if (![...texts.values()].every(text => text.isWellFormed())) return undefined;
  return new Map([...texts].map(([name, text]) => [name, encoder.encode(text)]));
}

/** The tokens of a document in JSON and UTF-8, with or without a byte order mark; undefined for anything else. */
export function parseTokens(bytes: Uint8Array): readonly string[] | undefined {
  try {
    return tokensOf(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}

function textOf(tokens: readonly string[]): string {
  const [first = ''] = tokens;
  return first.startsWith('"') ? charactersOf(first) : tokens.join('');
}

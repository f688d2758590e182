const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/**
 * The top-level properties of a JSON object, in bytes: a string as its characters in UTF-8; a number as its source
 * text, so that no digit is lost; `true`, `false` and `null` as those words; an object or array as compact JSON, which is as it
 * is written, without blanks. Undefined when the bytes are not UTF-8 or no JSON object, or a string is half a character (an escape such as
 * \ud800), which UTF-8 cannot say. A property that is named twice has its last value.
 */
export function parseProperties(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> | undefined {
  const tokens = tokensOf(bytes);
  if (tokens?.[0] !== '{' || endOfValue(tokens, 0) !== tokens.length) return undefined;
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

/** A token of JSON and the blanks before it (RFC 8259, sections 2, 6 and 7). */
const TOKEN =
  /[ \t\n\r]*([{}[\]:,]|"[ !#-[\]-\u{10ffff}]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[ !#-[\]-\u{10ffff}]*)*"|-?(?:0|[1-9][0-9]*)(?:[.][0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null)/guy;
const BLANK_REST = /^[ \t\n\r]*$/;

/**
 * Not by JSON.parse, which takes one escaped name for another that an earlier document had: nodejs/node, issue 63785.
 * It would lose digits, and overflow the stack, too.
 */
function tokensOf(bytes: Uint8Array): readonly string[] | undefined {
  const tokens: string[] = [];
  let end = 0;
  try {
    const text = decoder.decode(bytes);
    for (const [whole, token = ''] of text.matchAll(TOKEN)) {
      tokens.push(token);
      end += whole.length;
    }
    return BLANK_REST.test(text.slice(end)) ? tokens : undefined;
  } catch {
    return undefined;
  }
}

/** What ends an object and an array, by what begins them. */
const ENDS: ReadonlyMap<string | undefined, string> = new Map([
  ['{', '}'],
  ['[', ']'],
]);
const MARK = /^[{}[\]:,]$/;

/** Index behind the value that begins at `start`; undefined when none does. */
function endOfValue(tokens: readonly string[], start: number): number | undefined {
  /** The ends of all that is open, the innermost last. */
  const open: string[] = [];
  let at: number | undefined = start;
  do at = afterToken(tokens, at, open);
  while (at !== undefined && open.length > 0);
  return at;
}

/** Where to go on behind the scalar, or the beginning of an object or array, at `at`. */
function afterToken(tokens: readonly string[], at: number, open: string[]): number | undefined {
  const token = tokens[at];
  const end = ENDS.get(token);
  if (end === undefined) {
    return token === undefined || MARK.test(token) ? undefined : afterValue(tokens, at + 1, open);
  }
  if (tokens[at + 1] === end) return afterValue(tokens, at + 2, open);
  open.push(end);
  return startOfItem(tokens, at + 1, end);
}

/** Behind all that ends with the value before `at`: the next item of what is still open, if anything is. */
function afterValue(tokens: readonly string[], at: number, open: string[]): number | undefined {
  let next = at;
  while (open.length > 0 && tokens[next] === open.at(-1)) {
    open.pop();
    next += 1;
  }
  const end = open.at(-1);
  if (end === undefined) return next;
  return tokens[next] === ',' ? startOfItem(tokens, next + 1, end) : undefined;
}

/** Where the value of the item at `at` begins: behind its name, in an object. */
function startOfItem(tokens: readonly string[], at: number, end: string): number | undefined {
  if (end === ']') return at;
  return tokens[at]?.startsWith('"') && tokens[at + 1] === ':' ? at + 2 : undefined;
}

function textOf(tokens: readonly string[]): string {
  const [first = ''] = tokens;
  return first.startsWith('"') ? (JSON.parse(first) as string) : tokens.join('');
}

/** A token of JSON and the blanks before it (RFC 8259, sections 2, 6 and 7). */
const TOKEN =
  /[ \t\n\r]*([{}[\]:,]|"[ !#-[\]-\u{10ffff}]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[ !#-[\]-\u{10ffff}]*)*"|-?(?:0|[1-9][0-9]*)(?:[.][0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null)/guy;
const BLANK_REST = /^[ \t\n\r]*$/;

/**
 * The tokens of a text that is one value of JSON, and nothing else; undefined for any other.
 * Not by JSON.parse, which takes one escaped name for another that an earlier document had: nodejs/node, issue 63785.
 * It would lose digits, and overflow the stack, too.
 */
export function tokensOf(text: string): readonly string[] | undefined {
  const tokens: string[] = [];
  let end = 0;
  for (const [whole, token = ''] of text.matchAll(TOKEN)) {
    tokens.push(token);
    end += whole.length;
  }
  const isWhole = BLANK_REST.test(text.slice(end)) && endOfValue(tokens, 0) === tokens.length;
  return isWhole ? tokens : undefined;
}

/** What ends an object and an array, by what begins them. */
const ENDS: ReadonlyMap<string | undefined, string> = new Map([
  ['{', '}'],
  ['[', ']'],
]);
const MARK = /^[{}[\]:,]$/;

/** Index behind the value that begins at `start`; undefined when none does. */
export function endOfValue(tokens: readonly string[], start: number): number | undefined {
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

/** The characters of a token that is a string. */
export function charactersOf(token: string): string {
  return JSON.parse(token) as string;
}

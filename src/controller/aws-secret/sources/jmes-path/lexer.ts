import { ExpressionError } from '../expression-error.ts';
import { charactersOf, tokensOf } from '../json-tokens.ts';
import type { Json } from './json.ts';
import { treeOf } from './tree.ts';

export type Token =
  /** Identifiers without and with quotes: only the former can name a function. */
  | { readonly kind: 'name' | 'quoted'; readonly text: string; readonly at: number }
  | { readonly kind: 'number'; readonly value: number; readonly at: number }
  | { readonly kind: 'literal'; readonly value: Json; readonly at: number }
  | { readonly kind: 'mark'; readonly text: string; readonly at: number }
  | { readonly kind: 'end'; readonly at: number };

const TOKEN = new RegExp(
  [
    '(?<blank>[ \\t\\n\\r]+)',
    '(?<name>[A-Za-z_][A-Za-z0-9_]*)',
    '(?<number>-?[0-9]+)',
    '(?<quoted>"(?:[^"\\\\]|\\\\.)+")',
    "(?<raw>'(?:[^'\\\\]|\\\\.)*')",
    '(?<literal>`(?:[^`\\\\]|\\\\.)*`)',
    '(?<mark>\\[\\?|\\[\\]|\\|\\||&&|[=!<>]=|[.*[\\](){},:@&|<>!])',
  ].join('|'),
  'suy',
);

/** The tokens of an expression; `at` counts characters from 1. Throws an ExpressionError. */
export function tokenize(expression: string): readonly Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  let at = 0;
  while (at < expression.length) {
    pattern.lastIndex = at;
    const groups = pattern.exec(expression)?.groups;
    if (groups === undefined) throw new ExpressionError(`nothing begins with what stands at character ${at + 1}`);
    const token = tokenOf(groups, at + 1);
    if (token !== undefined) tokens.push(token);
    at = pattern.lastIndex;
  }
  return [...tokens, { kind: 'end', at: at + 1 }];
}

/** Undefined for blanks. */
function tokenOf(groups: Readonly<Record<string, string | undefined>>, at: number): Token | undefined {
  const { name, number, quoted, raw, literal, mark } = groups;
  if (name !== undefined) return { kind: 'name', text: name, at };
  if (number !== undefined) return { kind: 'number', value: indexOf(number, at), at };
  if (quoted !== undefined) return { kind: 'quoted', text: quotedText(quoted, at), at };
  if (raw !== undefined) return { kind: 'literal', value: raw.slice(1, -1).replaceAll("\\'", "'"), at };
  if (literal !== undefined) return { kind: 'literal', value: literalValue(literal, at), at };
  return mark === undefined ? undefined : { kind: 'mark', text: mark, at };
}

function indexOf(text: string, at: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new ExpressionError(`the number at character ${at} is too large`);
}

function quotedText(text: string, at: number): string {
  const [token, ...more] = tokensOf(text) ?? [];
  if (token !== undefined && more.length === 0) return charactersOf(token);
  throw new ExpressionError(`the identifier at character ${at} is no string of JSON`);
}

/** JSON between backticks; a backtick within it is written with a backslash before it. */
function literalValue(text: string, at: number): Json {
  const tokens = tokensOf(text.slice(1, -1).replaceAll('\\`', '`'));
  const tree = tokens && treeOf(tokens);
  if (tree !== undefined) return tree.root;
  throw new ExpressionError(`what stands between backticks at character ${at} is no JSON`);
}

import { childrenOf, type Node, parseTypeScript } from './syntax.ts';

/** A part of a title that a table or a loop puts in. */
const HOLE = Symbol('hole');
type Part = string | typeof HOLE;

/** What stands in a name for a part that differs from test to test. */
const ELLIPSIS = '…';
const SEPARATOR = ' > ';
/** What `each` puts in: `$name`, `$name.of.a.part`, `$#`, and printf’s `%s`. */
const PLACEHOLDER = /\$(?:#|[A-Za-z_][\w.]*\w|[A-Za-z_])|%[sdifjoO#]/g;
const NEVER_RUN = ['skip', 'todo', 'skipIf', 'runIf', 'fails'];

/**
 * Every test of a TypeScript file, and every `describe` that holds one, by its names: its own title behind those of the
 * groups around it, joined by ` > `. Where a table or a loop puts something in, its names hold `…`, or any string or
 * number that stands in the file. Tests that are skipped are none.
 */
export function titlesOf(text: string): readonly RegExp[] {
  const tree = parseTypeScript(text);
  const hole = `(?:${[ELLIPSIS, ...literalsOf(tree)].map(escaped).join('|')})`;
  const found: RegExp[] = [];
  const visit = (node: Node, path: readonly Part[][]): number => {
    const call = callOf(node);
    if (call === undefined) return sum(childrenOf(node).map(child => visit(child, path)));
    if (call.isSkipped) return 0;
    const own = [...path, call.title];
    const source = own.map(parts => parts.map(part => (part === HOLE ? hole : escaped(part))).join(''));
    const tests = call.kind === 'test' ? 1 : sum(childrenOf(node).map(child => visit(child, own)));
    if (tests > 0) found.push(new RegExp(`^${source.join(SEPARATOR)}$`, 's'));
    return tests;
  };
  visit(tree, []);
  return found;
}

interface TitledCall {
  readonly kind: 'test' | 'group';
  readonly title: Part[];
  readonly isSkipped: boolean;
}

/** A call of `it`, `test` or `describe` that names what it holds. */
function callOf(node: Node): TitledCall | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const [name, ...modifiers] = chainOf(node['callee'] as Node);
  const kind = name === 'describe' ? 'group' : name === 'it' || name === 'test' ? 'test' : undefined;
  const [first] = node['arguments'] as readonly Node[];
  const title = first && titleOf(first, modifiers.includes('each') || modifiers.includes('for'));
  if (kind === undefined || title === undefined) return undefined;
  return { kind, title, isSkipped: modifiers.some(modifier => NEVER_RUN.includes(modifier)) };
}

/** `it.concurrent.each(rows)` as `it`, `concurrent`, `each`. */
function chainOf(callee: Node): readonly string[] {
  if (callee.type === 'Identifier') return [String(callee['name'])];
  if (callee.type === 'CallExpression') return chainOf(callee['callee'] as Node);
  if (callee.type !== 'MemberExpression') return [];
  return [...chainOf(callee['object'] as Node), String((callee['property'] as Node)['name'])];
}

function titleOf(node: Node, isOfTable: boolean): Part[] | undefined {
  const parts = partsOf(node);
  if (parts === undefined || !isOfTable) return parts;
  return parts.flatMap(part => (part === HOLE ? [part] : withHoles(part)));
}

function partsOf(node: Node): Part[] | undefined {
  if (node.type === 'Literal' && typeof node['value'] === 'string') return [node['value']];
  // Such as `name` of a table, or `describe(scenario.name)`.
  if (node.type === 'Identifier' || node.type === 'MemberExpression') return [HOLE];
  if (node.type !== 'TemplateLiteral') return undefined;
  const texts = (node['quasis'] as readonly Node[]).map(quasi => (quasi['value'] as { cooked: string }).cooked);
  return texts.flatMap((text, index) => (index === 0 ? [text] : [HOLE, text]));
}

function withHoles(text: string): Part[] {
  return text.split(PLACEHOLDER).flatMap((piece, index) => (index === 0 ? [piece] : [HOLE, piece]));
}

/** Strings and numbers but for titles, which are no part of another. */
function literalsOf(tree: Node): readonly string[] {
  const found = new Set<string>();
  const visit = (node: Node): void => {
    const { value } = node;
    if (node.type === 'Literal' && (typeof value === 'string' || typeof value === 'number')) found.add(String(value));
    const title = callOf(node) && (node['arguments'] as readonly Node[])[0];
    for (const child of childrenOf(node)) if (child !== title) visit(child);
  };
  visit(tree);
  return [...found].filter(text => text !== '');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

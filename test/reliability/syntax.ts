import { parseAst } from 'vitest/node';

/** As much of a syntax tree as is looked at. */
export interface Node {
  readonly type: string;
  readonly [part: string]: unknown;
}

/** The syntax tree of a TypeScript file; throws where it is none. */
export function parseTypeScript(text: string): Node {
  return parseAst(text, { lang: 'ts' }) as unknown as Node;
}

export function childrenOf(node: Node): readonly Node[] {
  return Object.values(node).flat().filter(isNode);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

import { childrenOf, type Node, parseTypeScript } from './syntax.ts';

/** The names of the scenarios that a file of test/crash/scenarios exports: what `name` is in each exported object. */
export function scenarioNamesOf(text: string): readonly string[] {
  const exported = childrenOf(parseTypeScript(text)).filter(({ type }) => type === 'ExportNamedDeclaration');
  return exported.flatMap(declaration => objectsIn(declaration).flatMap(nameOf));
}

/** The objects that are the values of what is declared. */
function objectsIn({ declaration }: Node): readonly Node[] {
  const declared = (declaration as Node | null)?.['declarations'] as readonly Node[] | undefined;
  return (declared ?? []).map(({ init }) => init as Node).filter(init => init?.type === 'ObjectExpression');
}

function nameOf(object: Node): readonly string[] {
  const property = childrenOf(object).find(({ key }) => (key as Node | undefined)?.['name'] === 'name');
  const value = (property?.['value'] as Node | undefined)?.['value'];
  return typeof value === 'string' ? [value] : [];
}

import { code, linkTo, table } from './markdown.ts';

/** As much of a structural schema as the reference shows. */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly { readonly message: string }[];
}

/**
 * A section for `node`, the object at `path`, and one for each object below it: what it is, and a table of its fields.
 * Users write the spec, so that its tables say what is required and what is the default.
 */
export function fieldSections(path: string, node: SchemaNode): readonly string[] {
  const fields = Object.entries(node.properties ?? {});
  const isInput = path.startsWith('spec');
  const rows = fields.map(([name, field]) => [
    code(name),
    typeOf(`${path}.${name}`, field),
    ...(isInput ? [node.required?.includes(name) ? '**required**' : defaultOf(field)] : []),
    meaning(field),
  ]);
  const children = fields.flatMap(([name, field]) => {
    const [below, object] = objectOf(`${path}.${name}`, field);
    return object.properties === undefined ? [] : fieldSections(below, object);
  });
  return [
    `${path.includes('.') ? '###' : '##'} ${path}`,
    // An object that is a field has its meaning in that field's row.
    ...(path.includes('.') && !path.endsWith('[]') ? [] : [meaning(node)]),
    table(['field', 'type', ...(isInput ? ['default'] : []), 'meaning'], rows),
    ...children,
  ].filter(section => section !== '');
}

function meaning(node: SchemaNode): string {
  const rules = (node['x-kubernetes-validations'] ?? []).map(({ message }) => `*Rule: ${message}.*`);
  return [node.description ?? '', ...rules].filter(text => text !== '').join(' ');
}

function objectOf(path: string, node: SchemaNode): readonly [string, SchemaNode] {
  return node.items === undefined ? [path, node] : [`${path}[]`, node.items];
}

function defaultOf(node: SchemaNode): string {
  // The defaults of an object are those of its fields, which have rows of their own.
  return node.default === undefined || node.type === 'object' ? '' : code(String(node.default));
}

function typeOf(path: string, node: SchemaNode): string {
  if (node.enum !== undefined) return node.enum.map(code).join(', ');
  switch (node.type) {
    case 'string':
      return node.format === 'date-time' ? 'time' : `string, ${range(node.minLength, node.maxLength)} characters`;
    case 'integer':
      return node.minimum === undefined ? 'integer' : `integer, ${node.minimum} or more`;
    case 'array':
      return listOf(path, node);
    case 'object':
      return node.additionalProperties === undefined
        ? linkTo(path, 'object')
        : `map of strings, ${range(undefined, node.maxProperties)} entries`;
    default:
      return node.type ?? '';
  }
}

function listOf(path: string, node: SchemaNode): string {
  const [below, item] = objectOf(path, node);
  const strings = `strings of ${range(item.minLength, item.maxLength)} characters`;
  const what = item.properties === undefined ? strings : linkTo(below, 'objects');
  const keys = node['x-kubernetes-list-map-keys'] ?? [];
  const unique = keys.length === 0 ? '' : `, unique by ${keys.map(code).join(' and ')}`;
  return `list of ${what}, ${range(node.minItems, node.maxItems)} entries${unique}`;
}

function range(from: number | undefined, to: number | undefined): string {
  return from === undefined ? `at most ${to}` : `${from} to ${to}`;
}

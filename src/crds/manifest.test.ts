import { expect, test } from 'vitest';
import * as z from 'zod';
import { awsSecretSpecSchema } from './aws-secret.ts';
import { awsSecretManifest } from './manifest.ts';

interface Node {
  readonly [key: string]: unknown;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly additionalProperties?: Node;
}

function openApi(): Node {
  const { spec } = awsSecretManifest() as { spec: { versions: [{ schema: { openAPIV3Schema: Node } }] } };
  return spec.versions[0].schema.openAPIV3Schema;
}

function* nodes(node: Node, path: string): Generator<readonly [string, Node]> {
  yield [path, node];
  for (const [name, child] of Object.entries(node.properties ?? {})) yield* nodes(child, `${path}.${name}`);
  if (node.items) yield* nodes(node.items, `${path}[]`);
  if (node.additionalProperties) yield* nodes(node.additionalProperties, `${path}{}`);
}

/** The nodes that are ours: apiVersion, kind and metadata are the API server's. */
function ours(): readonly (readonly [string, Node])[] {
  const { spec, status } = openApi().properties ?? {};
  if (spec === undefined || status === undefined) throw new Error('the manifest has no spec or no status');
  return [...nodes(spec, 'spec'), ...nodes(status, 'status')];
}

test('every list, map and string has a bound: without one the API server refuses CEL rules as too costly', () => {
  for (const [path, node] of ours()) {
    if (node.type === 'string' && !('enum' in node)) expect(node, path).toHaveProperty('maxLength');
    if (node.type === 'array') expect(node, path).toHaveProperty('maxItems');
    if (node.additionalProperties) expect(node, path).toHaveProperty('maxProperties');
  }
});

test('no node has a union, a $ref, or no type: such a schema is not structural', () => {
  for (const [path, node] of ours()) {
    expect(typeof node.type, path).toBe('string');
    for (const word of ['anyOf', 'oneOf', 'allOf', 'not', '$ref', '$schema', '$defs', 'propertyNames', 'const'])
      expect(node, path).not.toHaveProperty([word]);
    expect(node['additionalProperties'], path).not.toBe(false);
  }
});

test('every field is described, for `kubectl explain` and the reference', () => {
  const fields = ours().filter(([path]) => !path.endsWith('[]') && !path.endsWith('{}'));
  for (const [path, node] of fields) expect(node['description'], path).toMatch(/\S/);
});

test('every CEL rule has a message that names a field in backquotes', () => {
  const rules = ours().flatMap(([, node]) => (node['x-kubernetes-validations'] ?? []) as { message: string }[]);
  expect(rules.length).toBeGreaterThan(5);
  for (const { message } of rules) expect(message).toMatch(/`[a-zA-Z.]+`/);
});

const planted = [
  { why: 'a string without maxLength', schema: z.string(), says: /schema\.planted: maxLength is missing/ },
  { why: 'a list without maxItems', schema: z.array(z.string().max(1)), says: /schema\.planted: maxItems is missing/ },
  {
    why: 'a string without maxLength within a list',
    schema: z.array(z.string()).max(1),
    says: /schema\.planted\[\]: maxLength is missing/,
  },
  {
    why: 'a map without maxProperties',
    schema: z.record(z.string().max(1), z.string().max(1)),
    says: /schema\.planted: maxProperties is missing/,
  },
  {
    why: 'a string without maxLength within a map',
    schema: z.record(z.string().max(1), z.string()).meta({ maxProperties: 1 }),
    says: /schema\.planted\{\}: maxLength is missing/,
  },
  { why: 'a union', schema: z.union([z.boolean(), z.int()]), says: /schema\.planted: anyOf is not structural/ },
];

for (const { why, schema, says } of planted) {
  test(`the generator refuses ${why}`, () => {
    const shape = awsSecretSpecSchema.shape as Record<string, z.ZodType>;
    shape['planted'] = schema;
    try {
      expect(() => awsSecretManifest()).toThrow(says);
    } finally {
      delete shape['planted'];
    }
  });
}

test('the manifest is data: the same every time, and free of what YAML cannot say', () => {
  const manifest = awsSecretManifest();
  expect(awsSecretManifest()).toEqual(manifest);
  expect(JSON.parse(JSON.stringify(manifest))).toEqual(manifest);
});

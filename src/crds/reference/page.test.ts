import { expect, test } from 'vitest';
import { CONDITION_TYPES } from '../conditions.ts';
import { awsSecretManifest } from '../manifest.ts';
import * as names from '../names.ts';
import { REASONS } from '../reasons.ts';
import type { SchemaNode } from './fields.ts';
import { awsSecretReference } from './page.ts';

const page = awsSecretReference();

/** The text of the section under a heading, without the sections that follow it. */
function section(heading: string): string {
  const [, after = ''] = page.split(new RegExp(`^#+ ${heading.replaceAll(/[.[\]]/g, '\\$&')}$`, 'm'));
  return after.split(/^#+ /m)[0] ?? '';
}

function* objects(path: string, node: SchemaNode): Generator<readonly [string, SchemaNode]> {
  if (node.properties !== undefined) yield [path, node];
  for (const [name, child] of Object.entries(node.properties ?? {})) yield* objects(`${path}.${name}`, child);
  if (node.items !== undefined) yield* objects(`${path}[]`, node.items);
}

function ours(): readonly (readonly [string, SchemaNode])[] {
  const { spec } = awsSecretManifest() as { spec: { versions: [{ schema: { openAPIV3Schema: SchemaNode } }] } };
  const { spec: input, status } = spec.versions[0].schema.openAPIV3Schema.properties ?? {};
  return [...objects('spec', input ?? {}), ...objects('status', status ?? {})];
}

function expectRow(row: string | undefined, field: SchemaNode): void {
  expect(row).toContain(field.description);
  const bound = field.maxLength ?? field.maxItems ?? field.maxProperties;
  if (bound !== undefined && field.format === undefined) expect(row).toContain(String(bound));
  for (const value of field.enum ?? []) expect(row).toContain(`\`${value}\``);
  for (const { message } of field['x-kubernetes-validations'] ?? []) expect(row).toContain(message);
}

for (const [path, node] of ours()) {
  test(`${path} has a section with a row for each field: its bound, its rules, whether it is required`, () => {
    const text = section(path);
    for (const [name, field] of Object.entries(node.properties ?? {})) {
      const row = text.split('\n').find(line => line.startsWith(`| \`${name}\` |`));
      expectRow(row, field);
      if (path.startsWith('spec')) expect(row?.includes('**required**')).toBe(node.required?.includes(name) ?? false);
    }
  });
}

test('a rule of the whole spec stands above its fields', () => {
  expect(section('spec').split('| field |')[0]).toContain('at least one of `data` and `dataFrom` must have an entry');
});

test('a default that is no object stands in its row, and a list names its unique keys', () => {
  expect(section('spec')).toMatch(/^\| `refreshInterval` \| [^|]* \| `1m` \|/m);
  expect(section('spec')).toMatch(/^\| `data` \| list of \[objects\]\(#specdata\), .* unique by `key` \|/m);
});

test('every reason is listed once, with its meaning and the way out', () => {
  for (const [reason, { meaning, remedy }] of Object.entries(REASONS)) {
    const rows = page.split('\n').filter(line => line.startsWith(`| \`${reason}\` |`));
    expect(rows, reason).toEqual([`| \`${reason}\` | ${meaning} | ${remedy} |`]);
  }
});

test('every condition and every name is listed', () => {
  for (const type of CONDITION_TYPES) expect(section('Conditions')).toContain(`| \`${type}\` |`);
  const { GROUP: _, VERSION: __, API_VERSION: ___, ...listed } = names;
  for (const name of Object.values(listed)) expect(section('Names')).toContain(name);
});

test('every link within the page leads to a heading of it', () => {
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  const anchors = headings.map(heading =>
    heading
      .toLowerCase()
      .replaceAll(/[.[\]]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const [, link = ''] of page.matchAll(/\]\(#([^)]*)\)/g)) expect(anchors).toContain(link);
});

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { compileExpressions } from '../../src/controller/aws-secret/sources/expressions.ts';
import { awsSecretSpecSchema } from '../../src/crds/aws-secret.ts';
import type { Json } from '../state-machine/schema/json-schema.ts';
import { violations } from '../state-machine/schema/violations.ts';
import { readSpecSchema } from '../state-machine/spec-schema.ts';
import type { Manifest } from './helm.ts';

const SAMPLES = path.resolve(import.meta.dirname, '../../config/samples');
const read = (file: string) => readFileSync(path.join(SAMPLES, file), 'utf8');
const samples = readdirSync(SAMPLES).filter(file => file !== 'kustomization.yaml');

test('kubectl apply -k applies every sample', () => {
  const { resources } = parse(read('kustomization.yaml')) as { readonly resources: readonly string[] };
  expect([...resources].sort()).toEqual([...samples].sort());
});

test('no two samples make one object or one Secret, so that they can be applied together', () => {
  const manifests = samples.map(file => parse(read(file)) as Manifest & { spec: { target?: { name?: string } } });
  const secrets = manifests.filter(({ kind }) => kind === 'AwsSecret').map(m => m.spec.target?.name ?? m.metadata.name);
  expect(new Set(secrets).size).toBe(secrets.length);
  const objects = manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  expect(new Set(objects).size).toBe(objects.length);
});

test.each(samples)('%s says what it shows, and leaves the namespace to the reader', file => {
  expect(read(file)).toMatch(/^# [A-Z]/);
  expect((parse(read(file)) as Manifest).metadata.namespace).toBeUndefined();
});

const awsSecrets = samples.filter(file => file.startsWith('aws-secret-'));

test.each(awsSecrets)('%s keeps the schema, names no field that is none, and can be understood', async file => {
  const { spec, ...manifest } = parse(read(file)) as Manifest & { readonly spec: Json };
  expect(manifest.kind).toBe('AwsSecret');
  expect(violations(await readSpecSchema(), { spec })).toEqual([]);
  const known = awsSecretSpecSchema.parse(spec);
  expect(known, 'what is left of it is all of it').toMatchObject(spec as object);
  expect(compileExpressions(known)).toMatchObject({ ok: true });
});

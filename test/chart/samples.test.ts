import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
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

import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from './support/command.ts';

const ROOT = path.join(import.meta.dirname, '..');
const CRD = 'charts/secrets-operator/files/crds/secrets-operator.io_awssecrets.yaml';

/** A copy of what the generator reads and writes, to plant defects in. */
let copy = '';
beforeAll(async () => {
  copy = await mkdtemp(path.join(tmpdir(), 'so-generate-'));
  for (const part of ['generate.ts', 'package.json', 'src/crds'])
    await cp(path.join(ROOT, part), path.join(copy, part), { recursive: true });
  await symlink(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
  await mkdir(path.dirname(path.join(copy, CRD)), { recursive: true });
});
afterAll(async () => {
  await rm(copy, { recursive: true });
});

const check = () => runCommand([process.execPath, path.join(copy, 'generate.ts'), '--check']);

test('the committed file is what the schemas give', async () => {
  await cp(path.join(ROOT, CRD), path.join(copy, CRD));
  await check();
});

test('an edit by hand is seen, and named', async () => {
  const text = await readFile(path.join(ROOT, CRD), 'utf8');
  await writeFile(path.join(copy, CRD), text.replace('maxItems: 256', 'maxItems: 257'));
  await expect(check()).rejects.toThrow(CRD);
});

test('a schema that changed without its file is seen', async () => {
  await cp(path.join(ROOT, CRD), path.join(copy, CRD));
  const schema = path.join(copy, 'src/crds/aws-secret.ts');
  await writeFile(schema, (await readFile(schema, 'utf8')).replace('.max(256)', '.max(255)'));
  await expect(check()).rejects.toThrow('make generate');
});

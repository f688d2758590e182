import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { startOperator } from '../../../src/start.ts';
import type { Defect } from './defects.ts';

const ROOT = path.join(import.meta.dirname, '../../..');

/** The operator of this tree, but with the defect. Throws an error that names the place when it is not there any more. */
export async function plant({ name, file, find, replace }: Defect): Promise<typeof startOperator> {
  // Not in this tree: the image is made of `dist`, maybe at this moment.
  const folder = await mkdtemp(path.join(tmpdir(), 'so-planted-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  await cp(path.join(ROOT, 'src'), path.join(folder, 'src'), {
    recursive: true,
    filter: from => !from.endsWith('.test.ts'),
  });
  const target = path.join(folder, 'src', file);
  const parts = (await readFile(target, 'utf8')).split(find);
  if (parts.length !== 2)
    throw new Error(`src/${file}: what "${name}" replaces stands there ${parts.length - 1} times`);
  await writeFile(target, parts.join(replace));
  const planted = (await import(path.join(folder, 'src/start.ts'))) as { readonly startOperator: typeof startOperator };
  return planted.startOperator;
}

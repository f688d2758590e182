import { readdir } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import type { Scenario } from './scenario.ts';

/** Every scenario of the folder `scenarios`, and some more; or the one that the environment variable `SCENARIO` names. */
export async function findScenarios(more: readonly Scenario[] = []): Promise<readonly Scenario[]> {
  const folder = path.join(import.meta.dirname, 'scenarios');
  const files = (await readdir(folder)).sort();
  const all = await Promise.all(
    files.map(async file => ((await import(path.join(folder, file))) as { readonly scenario: Scenario }).scenario),
  );
  const only = process.env['SCENARIO'];
  return [...all, ...more].filter(({ name }) => only === undefined || name === only);
}

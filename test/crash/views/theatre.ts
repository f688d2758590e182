import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, inject } from 'vitest';
import { startHistory } from '../history.ts';
import type { Theatre } from '../play.ts';
import type { Scenario } from '../scenario.ts';
import { STORIES } from './stories.ts';

/** The theatre of this suite, for one test file. */
export async function openTheatre(): Promise<Theatre> {
  const [kube, aws] = [inject('kube'), inject('moto')];
  const history = await startHistory(kube);
  afterAll(() => history.stop());
  return { kube, aws, history };
}

/** Every scenario of the exploration, and what people do while an operator is at work; or the one that `SCENARIO` names. */
export async function findScenarios(): Promise<readonly Scenario[]> {
  const folder = path.join(import.meta.dirname, '../scenarios');
  const files = (await readdir(folder)).sort();
  const only = process.env['SCENARIO'];
  const explored = await Promise.all(
    files.map(async file => ((await import(path.join(folder, file))) as { readonly scenario: Scenario }).scenario),
  );
  return [...explored, ...STORIES].filter(({ name }) => only === undefined || name === only);
}

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createTeardown, type Teardown } from '../test/support/teardown.ts';

/** Where and how one run is made. */
export interface RunPlace {
  /** Of this run only. */
  readonly directory: string;
  readonly teardown: Teardown;
}

export function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}

/** Measures `count` times, each in a place of its own, which is left behind where it fails. */
export async function repeated<T>(
  count: number,
  teardown: Teardown,
  measure: (place: RunPlace) => Promise<T>,
): Promise<readonly T[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'so-bench-'));
  say(`logs, until all went well: ${directory}`);
  const runs: T[] = [];
  for (let number = 1; number <= count; number += 1) {
    if (count > 1) say(`run ${number} of ${count}`);
    const own = createTeardown();
    teardown.add(() => own.run());
    runs.push(await measure({ directory: path.join(directory, String(number)), teardown: own }));
    await own.run();
  }
  await rm(directory, { recursive: true, force: true });
  return runs;
}

/** All that was measured, as `results/<date>-<name>.json`. */
export async function writeResults(name: string, body: unknown): Promise<void> {
  const results = path.join(import.meta.dirname, 'results');
  await mkdir(results, { recursive: true });
  const file = path.join(results, `${new Date().toISOString().slice(0, 10)}-${name}.json`);
  const round = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toFixed(4)) : value);
  await writeFile(file, `${JSON.stringify(body, round, 2)}\n`);
  say(`raw results: ${path.relative(process.cwd(), file)}`);
}

/** Runs to the end, or until somebody wants it to end, and ends the process. */
export async function runProgram(bench: (teardown: Teardown) => Promise<void>): Promise<never> {
  const teardown = createTeardown();
  let code = 0;
  try {
    await Promise.race([bench(teardown), interruption()]);
  } catch (error) {
    say((error as Error).message);
    code = 1;
  } finally {
    await teardown.run();
  }
  // What an interrupted step still waits for must not keep this process.
  process.exit(code);
}

function interruption(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => reject(new Error(`ended by ${signal}`)));
    }
  });
}

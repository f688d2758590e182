/** The project's figures beside their bound: bench/README.md says how to read them. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createTeardown, type Teardown } from '../test/support/teardown.ts';
import { assertBundleIsCurrent, measureBundle } from './bundle.ts';
import { describeMachine, type Machine } from './machine.ts';
import { measureRun, type Run } from './measurement.ts';
import { type Options, parseOptions } from './options.ts';
import { summary, table } from './report.ts';

function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}

async function measureRuns(options: Options, directory: string, teardown: Teardown): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (let number = 1; number <= options.runs; number += 1) {
    if (options.runs > 1) say(`run ${number} of ${options.runs}`);
    const own = createTeardown();
    teardown.add(() => own.run());
    runs.push(await measureRun({ ...options, directory: path.join(directory, String(number)), teardown: own, say }));
    await own.run();
  }
  return runs;
}

async function writeResults(options: Options, machine: Machine, runs: readonly Run[]): Promise<void> {
  const results = path.join(import.meta.dirname, 'results');
  await mkdir(results, { recursive: true });
  const file = path.join(results, `${new Date().toISOString().slice(0, 10)}-n${options.n}.json`);
  const round = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toFixed(4)) : value);
  await writeFile(file, `${JSON.stringify({ options, machine, bundle: await measureBundle(), runs }, round, 2)}\n`);
  say(`raw results: ${path.relative(process.cwd(), file)}`);
}

async function bench(teardown: Teardown): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  await assertBundleIsCurrent();
  const machine = await describeMachine();
  const directory = await mkdtemp(path.join(tmpdir(), 'so-bench-'));
  say(`logs, until all went well: ${directory}`);
  const runs = await measureRuns(options, directory, teardown);
  await rm(directory, { recursive: true, force: true });
  await writeResults(options, machine, runs);
  process.stdout.write(`${table(runs, options, machine)}\n${summary(runs)}\n`);
}

/** Rejects when somebody wants this to end. */
function interruption(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => reject(new Error(`ended by ${signal}`)));
    }
  });
}

async function main(): Promise<number> {
  const teardown = createTeardown();
  try {
    await Promise.race([bench(teardown), interruption()]);
    return 0;
  } catch (error) {
    say((error as Error).message);
    return 1;
  } finally {
    await teardown.run();
  }
}

// What an interrupted step still waits for must not keep this process.
process.exit(await main());

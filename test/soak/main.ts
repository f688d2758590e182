/** The operator under a million watch events and ten thousand broken watches: test/soak/README.md says how to read it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { assertBundleIsCurrent } from '../../bench/bundle.ts';
import { describeMachine, type Machine } from '../../bench/machine.ts';
import { createTeardown, type Teardown } from '../support/teardown.ts';
import { BUNDLE, type Options, parseOptions } from './options.ts';
import { table } from './report.ts';
import { type Soak, soak } from './soak.ts';

function say(line: string): void {
  process.stderr.write(`soak: ${line}\n`);
}

async function writeResults(options: Options, machine: Machine, result: Soak): Promise<void> {
  const results = path.join(import.meta.dirname, 'results');
  await mkdir(results, { recursive: true });
  const { events, reconnects, namespaces } = options;
  const file = path.join(results, `${machine.startedAt.slice(0, 10)}-${events}.json`);
  const round = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toFixed(4)) : value);
  const body = { options: { events, reconnects, namespaces }, machine, ...result };
  await writeFile(file, `${JSON.stringify(body, round, 2)}\n`);
  say(`raw results: ${path.relative(process.cwd(), file)}`);
}

async function run(teardown: Teardown): Promise<boolean> {
  const options = parseOptions(process.argv.slice(2));
  if (options.operator === BUNDLE) await assertBundleIsCurrent();
  const machine = await describeMachine();
  const directory = await mkdtemp(path.join(tmpdir(), 'so-soak-'));
  say(`logs, until all went well: ${directory}`);
  const result = await soak({ ...options, directory, teardown, say });
  const isWell = result.comparisons.every(({ isWithin }) => isWithin);
  process.stdout.write(`${table(result, machine)}\n`);
  if (!options.isLeaking) await writeResults(options, machine, result);
  if (isWell) await rm(directory, { recursive: true, force: true });
  return isWell;
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
  // Of etcd and kube-apiserver, whose memory is not measured: they collect garbage more rarely, and the load is greater.
  process.env['GOGC'] ??= '800';
  const teardown = createTeardown();
  try {
    return (await Promise.race([run(teardown), interruption()])) ? 0 : 1;
  } catch (error) {
    say((error as Error).message);
    return 1;
  } finally {
    await teardown.run();
  }
}

// What an interrupted step still waits for must not keep this process.
process.exit(await main());

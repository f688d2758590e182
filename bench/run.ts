/** The project's figures beside their bound: bench/README.md says how to read them. */
import process from 'node:process';
import type { Teardown } from '../test/support/teardown.ts';
import { assertBundleIsCurrent, measureBundle } from './bundle.ts';
import { describeMachine } from './machine.ts';
import { measureRun } from './measurement.ts';
import { parseOptions } from './options.ts';
import { repeated, runProgram, writeResults } from './program.ts';
import { summary, table } from './report.ts';

async function bench(teardown: Teardown): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  await assertBundleIsCurrent();
  const machine = await describeMachine();
  const runs = await repeated(options.runs, teardown, place => measureRun({ ...options, ...place }));
  await writeResults(`n${options.n}`, { options, machine, bundle: await measureBundle(), runs });
  process.stdout.write(`${table(runs, options, machine)}\n${summary(runs)}\n`);
}

await runProgram(bench);

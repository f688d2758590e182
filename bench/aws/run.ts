/** What it costs to read AWS, and how fast: bench/README.md says how to read the figures. */
import process from 'node:process';
import type { Teardown } from '../../test/support/teardown.ts';
import { assertBundleIsCurrent } from '../bundle.ts';
import { describeMachine } from '../machine.ts';
import { repeated, runProgram, writeResults } from '../program.ts';
import { figuresOf } from './figures.ts';
import { measureRun } from './measurement.ts';
import { parseOptions } from './options.ts';
import { summary, table } from './report.ts';

async function bench(teardown: Teardown): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  await assertBundleIsCurrent();
  const machine = await describeMachine();
  const runs = await repeated(options.runs, teardown, place => measureRun(options, place));
  const measured = runs.map(run => ({ figures: figuresOf(options.n, run), ...run }));
  await writeResults(`aws-n${options.n}`, { options, machine, runs: measured });
  process.stdout.write(`${table(runs, options, machine)}\n${summary(runs, options)}\n`);
}

await runProgram(bench);

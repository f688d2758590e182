/** `make check`: every check that needs no test runner. Prints what fails, and runs the others all the same. */
import process from 'node:process';
import { runCommand } from './support/command.ts';

interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

const checks: readonly Check[] = [
  { name: 'format and lint', command: ['biome', 'ci', '--colors=off', '.'] },
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'generated files', command: ['node', 'generate.ts', '--check'] },
  { name: 'import directions', command: ['vitest', 'run', '--project', 'unit', 'test/architecture.test.ts'] },
  { name: 'unused code and dependencies', command: ['knip', '--no-progress'] },
];

/** Runs all checks, and returns the names of those that failed. */
export async function runChecks(): Promise<{ readonly passed: number; readonly failed: readonly string[] }> {
  const failed: string[] = [];
  for (const { name, command } of checks) {
    const problem = await runCommand(command).then(
      () => undefined,
      (error: Error) => error.message,
    );
    process.stdout.write(`check: ${name}: ${problem === undefined ? 'ok' : `failed\n${problem}`}\n`);
    if (problem !== undefined) failed.push(name);
  }
  return { passed: checks.length - failed.length, failed };
}

if (import.meta.main) process.exitCode = (await runChecks()).failed.length === 0 ? 0 : 1;

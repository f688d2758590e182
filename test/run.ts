/** The suites of `make test`, each as soon as what it needs is there. The last line is computed from their results. */
import { type StdioOptions, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { runChecks } from './check.ts';
import { until } from './support/poll.ts';

const logs = process.env['SECRETS_OPERATOR_TEST_LOGS'] ?? '';
const [toolsPid, installPid] = process.argv.slice(2).map(Number);
const startedAt = performance.now();
const HOUR_MS = 3_600_000;
/** Of one failure, where it is told whole. */
const MOST_LINES = 40;
/** Of the last lines: where a run is looked at from afar, no more than these may be left of it. */
const BRIEF = { failures: 3, lines: 3, length: 240 } as const;

interface Count {
  readonly passed: number;
  readonly failed: number;
  /** What failed and how. */
  readonly failures: readonly string[];
}

/** As much of vitest's JSON report as is read here. */
interface Report {
  readonly numPassedTests: number;
  readonly numTotalTests: number;
  readonly numTotalTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

function say(line: string): void {
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  process.stdout.write(`\n[${seconds} s] ${line}\n`);
}

/** Waits for a background job of test/run.sh, showing what it says. */
async function finished(what: string, pid: number | undefined, log: string): Promise<void> {
  await shown(what, log, () => existsSync(`/proc/${pid}`) || isSignalable(pid));
}

/** Shows what stands in a log, and what comes, until nobody writes any more. */
async function shown(what: string, log: string, isAlive: () => boolean): Promise<void> {
  let length = 0;
  await until(what, { timeoutMs: HOUR_MS, intervalMs: 500 }, async () => {
    const wasAlive = isAlive();
    const text = await readFile(path.join(logs, log), 'utf8').catch(() => '');
    process.stdout.write(text.slice(length));
    length = Math.max(length, text.length);
    return !wasAlive;
  });
}

function isSignalable(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Runs one project of vitest. A suite that ran no test, or whose result cannot be read, has failed. */
async function suite(name: string): Promise<Count> {
  say(`suite ${name}`);
  return await counted(name, await run('vitest', vitestArgs(name, ['default']), 'inherit'));
}

/**
 * The same beside other suites: those wait more than they compute, and this one takes what they leave of the machine. What
 * it prints is in its log, so that the lines of two suites are not mixed. Never rejects.
 */
async function suiteBeside(name: string, reporters: readonly string[]): Promise<Count> {
  say(`suite ${name}, beside the others`);
  try {
    const output = openSync(logOf(name), 'w');
    const code = await run('nice', ['-n', '5', 'vitest', ...vitestArgs(name, reporters)], ['ignore', output, output]);
    closeSync(output);
    return await counted(name, code);
  } catch (error) {
    return { passed: 0, failed: 1, failures: [`${name}: ${error}`] };
  }
}

function logOf(name: string): string {
  return path.join(logs, `${name}.log`);
}

function resultsOf(name: string): string {
  return path.join(logs, `${name}.json`);
}

function vitestArgs(name: string, reporters: readonly string[]): readonly string[] {
  const all = [...reporters, 'json'].map(reporter => `--reporter=${reporter}`);
  return ['run', '--project', name, ...all, `--outputFile.json=${resultsOf(name)}`];
}

/** Runs a program to its end; its exit code. */
function run(program: string, args: readonly string[], stdio: StdioOptions): Promise<number> {
  return new Promise(resolve => {
    spawn(program, args, { stdio })
      .on('close', status => resolve(status ?? 1))
      .on('error', () => resolve(1));
  });
}

async function counted(name: string, code: number): Promise<Count> {
  try {
    const report = JSON.parse(await readFile(resultsOf(name), 'utf8')) as Report;
    const { numPassedTests, numTotalTests, numTotalTestSuites } = report;
    // Skipped and todo tests count as failed: nothing here may pass over its work.
    const failed = numTotalTests - numPassedTests;
    const isSilent = numTotalTests === 0 || numTotalTestSuites === 0;
    const isUncounted = isSilent || (code !== 0 && failed === 0);
    const failures = failuresOf(report).map(failure => `${name}: ${failure}`);
    if (isUncounted && failures.length === 0) failures.push(`${name}: ended with ${code} after ${numTotalTests} tests`);
    return { passed: numPassedTests, failed: isUncounted ? failed + 1 : failed, failures };
  } catch {
    return { passed: 0, failed: 1, failures: [`${name}: ended with ${code} and without a result`] };
  }
}

function failuresOf({ testResults }: Report): readonly string[] {
  return testResults.flatMap(({ name, message, status, assertionResults }) => {
    const file = path.relative(process.cwd(), name);
    const failed = assertionResults.filter(each => each.status !== 'passed');
    if (failed.length === 0 && status !== 'passed') return [`${file}: ${wordsOf(message)}`];
    return failed.map(each => `${file}: ${each.fullName}: ${wordsOf(each.failureMessages?.[0] ?? each.status)}`);
  });
}

/** What an error says, without where it was thrown. */
function wordsOf(text: string): string {
  const lines = text.split('\n');
  const end = lines.findIndex(line => /^\s+at /.test(line));
  return (end < 0 ? lines : lines.slice(0, end)).slice(0, MOST_LINES).join('\n  ');
}

function brief(failure: string): string {
  const lines = failure.split('\n').slice(0, BRIEF.lines);
  return lines.map(line => `${line.slice(0, BRIEF.length)}\n`).join('');
}

const counts: Count[] = [];
say('checks');
const checks = await runChecks();
counts.push({
  ...{ passed: checks.passed, failed: checks.failed.length },
  failures: checks.failed.map(check => `checks: ${check}`),
});
await import('../build.ts');
counts.push(await suite('unit'));
say('waiting for moto and the packages of this machine');
await finished('the installation', installPid, 'install.log');
say('waiting for the Go tools');
await finished('the Go tools', toolsPid, 'tools.log');
const exploration = suiteBeside('crash', ['dot', './test/crash/reporter.ts']);
for (const name of ['chart', 'integration', 'e2e']) counts.push(await suite(name));
say('waiting for the exploration');
let isExplored = false;
void exploration.finally(() => {
  isExplored = true;
});
await shown('the exploration', 'crash.log', () => !isExplored);
counts.push(await exploration);

const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
say('all suites');
const failures = counts.flatMap(count => count.failures);
for (const failure of failures) process.stdout.write(`failed: ${failure}\n`);
if (failures.length > 0) process.stdout.write(`\nin brief:\n${failures.slice(0, BRIEF.failures).map(brief).join('')}`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { imageFlags } from '../support/image-flags.ts';
import { until } from '../support/poll.ts';
import { mortal } from '../support/process.ts';

const BUNDLE = path.join(import.meta.dirname, '../../dist/operator.mjs');

export interface BundleOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Flags of Node. Default: those of the image. */
  readonly nodeFlags?: readonly string[];
  /** What Node runs. Default: the bundle. */
  readonly script?: readonly string[];
  /** File descriptor of its standard output, which is then not in `output`. Default: a pipe that is read. */
  readonly stdout?: number;
}

/** The operator as users run it: a process of its own. */
export interface Bundle {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Exit code and signal. */
  readonly exited: Promise<readonly [number | null, NodeJS.Signals | null]>;
  /** What it has printed. */
  output(): string;
  /** Waits until it has printed `text`. */
  expectOutput(text: string, timeoutMs?: number): Promise<void>;
  /** URL of its telemetry, once it is served. */
  url(): Promise<string>;
}

/** Starts the bundle; it is killed when the test ends. */
export function startBundle({
  env,
  args = [],
  nodeFlags = imageFlags(),
  script = [BUNDLE],
  stdout,
}: BundleOptions): Bundle {
  const child = spawn(...mortal(process.execPath, [...nodeFlags, ...script, ...args]), {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', chunk => {
      output += chunk;
    });
  const printed = <T>(what: string, find: () => T | undefined, timeoutMs = 20_000) =>
    until(`it prints ${what}`, { timeoutMs, intervalMs: 20 }, find).catch(error => {
      throw new Error(`${error}; it printed: ${output}`);
    });
  return {
    pid: child.pid ?? 0,
    child,
    exited: once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
    output: () => output,
    async expectOutput(text, timeoutMs) {
      await printed(text, () => output.includes(text) || undefined, timeoutMs);
    },
    url: async () => `http://${await printed('its address', () => /"address":"([^"]+)"/.exec(output)?.[1])}`,
  };
}

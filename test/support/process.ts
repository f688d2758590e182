import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeRecord } from './process-record.ts';

export interface ProcessOptions {
  /** Names the log `<directory>/<name>.log` and the record `<directory>/<name>.pid`. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  /** Starts the log anew; default: it is continued. */
  readonly truncate?: boolean;
}

/** A program that runs in the background. */
export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  readonly log: string;
  isAlive(): boolean;
  /** Throws an error with the end of its log when the program is gone. */
  assertAlive(): Promise<void>;
  /** SIGTERM, after `graceMs` (default 10,000) SIGKILL; returns once the program is gone. Idempotent. */
  stop(graceMs?: number): Promise<void>;
}

const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find(path => process.platform === 'linux' && existsSync(path));

/**
 * The same program, as it is to be spawned: on Linux the kernel ends it when its runner dies, even by SIGKILL, so that
 * nothing keeps running unseen.
 */
export function mortal(program: string, args: readonly string[]): readonly [string, readonly string[]] {
  return setpriv === undefined ? [program, args] : [setpriv, ['--pdeathsig', 'KILL', program, ...args]];
}

/** Starts a program with its output in a log file. That it could be executed is seen by `isAlive` and `assertAlive` only. */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const { name, program, args, directory } = options;
  mkdirSync(directory, { recursive: true });
  const log = join(directory, `${name}.log`);
  const record = join(directory, `${name}.pid`);
  const [command, rest] = mortal(program, args);
  const output = openSync(log, options.truncate ? 'w' : 'a');
  const child = spawn(command, rest, {
    // A group of its own: Ctrl-C in a terminal reaches the runner only, which then stops everything in order.
    detached: true,
    stdio: ['ignore', output, output],
    env: { ...process.env, ...options.env },
    ...(options.workingDirectory === undefined ? {} : { cwd: options.workingDirectory }),
  });
  closeSync(output);
  const pid = await spawned(child, name);
  child.unref();
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  writeRecord(record, pid);

  const stop = async (graceMs = 10_000): Promise<void> => {
    if (isAlive()) {
      const exited = once(child, 'exit');
      child.ref();
      signalGroup(pid, 'SIGTERM');
      const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
      if (isAlive()) await exited;
      clearTimeout(timer);
    }
    rmSync(record, { force: true });
  };
  const assertAlive = async (): Promise<void> => {
    if (!isAlive()) throw new Error(`${name} (${program}) ${ending(child)}. The end of ${log}:\n${await tail(log)}`);
  };
  return { name, pid, log, isAlive, assertAlive, stop };
}

/** The program and what it started: each program here leads a group of its own. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // It ended in the meantime.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function spawned(child: ChildProcess, name: string): Promise<number> {
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw new Error(`${name}: cannot be started: ${(cause as Error).message}`, { cause });
  }
  return child.pid as number;
}

function ending(child: ChildProcess): string {
  return child.signalCode === null ? `ended with code ${child.exitCode}` : `was ended by ${child.signalCode}`;
}

async function tail(path: string, lines = 15): Promise<string> {
  return (await readFile(path, 'utf8')).trimEnd().split('\n').slice(-lines).join('\n');
}

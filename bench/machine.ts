import { cpus, loadavg, release, totalmem } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { runCommand } from '../test/support/command.ts';

/** Where and when the figures were taken. */
export interface Machine {
  readonly startedAt: string;
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGib: number;
  readonly kernel: string;
  readonly node: string;
  /** With `-dirty` when the sources of the bundle differ from it. */
  readonly revision: string;
  /** The load average of the minute before the first run: what others did. */
  readonly loadBefore: number;
}

export async function describeMachine(): Promise<Machine> {
  return {
    startedAt: new Date().toISOString(),
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryGib: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    revision: await revision(),
    loadBefore: loadavg()[0] ?? 0,
  };
}

async function revision(): Promise<string> {
  // Without locks: to look must not get into the way of somebody who commits.
  const git = ['git', '-C', path.join(import.meta.dirname, '..'), '--no-optional-locks'];
  try {
    const commit = (await runCommand([...git, 'rev-parse', 'HEAD'])).trim();
    const changes = await runCommand([...git, 'status', '--porcelain', '--', 'src', 'build.ts', 'package-lock.json']);
    return changes === '' ? commit : `${commit}-dirty`;
  } catch {
    return 'unknown';
  }
}

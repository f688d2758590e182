import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Bundle } from './bundle.ts';

/** The wall clock of a process, which a test can put wrong; no other program's, and not the monotonic one. */
export interface WallClock {
  /** What Node needs, beside the flags of the image. */
  readonly nodeFlags: readonly string[];
  /** Puts it off by so many milliseconds, also before the process is started. Returns when that is so. */
  set(ms: number, process?: Bundle): Promise<void>;
}

/** A clock that is right, until the test ends. */
export async function createWallClock(): Promise<WallClock> {
  const folder = await mkdtemp(path.join(tmpdir(), 'so-clock-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'shift');
  writeFileSync(file, '0');
  const code = `
    import { readFileSync } from 'node:fs';
    const Real = Date;
    let shift = Number(readFileSync(${JSON.stringify(file)}, 'utf8'));
    globalThis.Date = class extends Real {
      constructor(...all) { if (all.length > 0) super(...all); else super(Real.now() + shift); }
      static now() { return Real.now() + shift; }
    };
    process.on('SIGUSR2', () => {
      shift = Number(readFileSync(${JSON.stringify(file)}, 'utf8'));
      process.stderr.write(JSON.stringify({ off: shift }) + '\\n');
    });`;
  return {
    nodeFlags: ['--disable-sigusr1', `--import=data:text/javascript,${encodeURIComponent(code)}`],
    async set(ms, process) {
      writeFileSync(file, String(ms));
      process?.child.kill('SIGUSR2');
      await process?.expectOutput(JSON.stringify({ off: ms }));
    },
  };
}

import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { runCommand } from '../test/support/command.ts';

/** Reads what one process, without its children, has used so far. Linux only: it asks /proc. */
export interface UsageReader {
  /** User and system time, to a clock tick (10 ms as a rule). */
  cpuSeconds(): number;
  /** The most memory that was resident at a time (VmHWM). */
  peakRssMib(): Promise<number>;
}

/** Clock ticks a second, in which /proc counts. */
export async function tickRate(): Promise<number> {
  return Number(await runCommand(['getconf', 'CLK_TCK']));
}

/** User and system time of a process in clock ticks. Throws when it has ended. */
export function cpuTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Behind the program's name, which may hold spaces: utime and stime are fields 14 and 15, and the first one is 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

export async function createUsageReader(pid: number): Promise<UsageReader> {
  const ticksPerSecond = await tickRate();
  return {
    cpuSeconds: () => cpuTicks(pid) / ticksPerSecond,
    async peakRssMib() {
      const kib = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
      if (kib === undefined) throw new Error(`/proc/${pid}/status has no VmHWM: the process has ended`);
      return Number(kib) / 1024;
    },
  };
}

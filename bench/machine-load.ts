import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { readRecord } from '../test/support/process-record.ts';
import { cpuTicks, tickRate } from './process-usage.ts';

/** What the machine's cores did in a span of time. */
export interface MachineLoad {
  /** Core seconds that there were. */
  readonly coreSeconds: number;
  /** Core seconds of programs that are no part of the benchmark. */
  readonly othersSeconds: number;
  /** Core seconds that the hypervisor gave to other machines. */
  readonly stolenSeconds: number;
}

/** Starts to count; the function that it returns ends the span. Linux only. */
export async function watchMachine(directory: string): Promise<() => MachineLoad> {
  const ticksPerSecond = await tickRate();
  const startedAt = performance.now();
  const before = machineTicks();
  const ownBefore = ownTicks(directory, ticksPerSecond);
  return () => {
    const after = machineTicks();
    const own = ownTicks(directory, ticksPerSecond) - ownBefore;
    return {
      coreSeconds: (cpus().length * (performance.now() - startedAt)) / 1000,
      othersSeconds: Math.max(0, after.programs - before.programs - own) / ticksPerSecond,
      stolenSeconds: (after.stolen - before.stolen) / ticksPerSecond,
    };
  };
}

function machineTicks(): { readonly programs: number; readonly stolen: number } {
  const [, user = 0, nice = 0, system = 0, , , , , stolen = 0] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)
    .join('')
    .split(/\s+/)
    .map(Number);
  return { programs: user + nice + system, stolen };
}

/** Of this process and of those whose records are in the directory. */
function ownTicks(directory: string, ticksPerSecond: number): number {
  const { user, system } = process.cpuUsage();
  const records = readdirSync(directory).filter(file => file.endsWith('.pid'));
  const pids = records.map(file => readRecord(path.join(directory, file))).filter(pid => pid !== undefined);
  return pids.reduce((sum, pid) => sum + cpuTicks(pid), ((user + system) / 1e6) * ticksPerSecond);
}

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './poll.ts';

/**
 * What tells this process from any later one with the same pid: when it started, to 10 ms (to a second where there is no /proc).
 * `undefined` when there is no such process.
 */
function identify(pid: number): string | undefined {
  try {
    if (!existsSync('/proc/self/stat')) {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
    }
    // Fields are counted from behind the program's name, which may itself hold spaces and parentheses; start time is the 22nd.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

/** Writes the record of a process, by which `readRecord` knows it again. */
export function writeRecord(path: string, pid: number): void {
  writeFileSync(path, `${pid}\n${identify(pid) ?? ''}\n`);
}

/** The pid in a record while its process is still the very same one, else `undefined`. */
export function readRecord(path: string): number | undefined {
  if (!existsSync(path)) return undefined;
  const [pid = '', identity = ''] = readFileSync(path, 'utf8').split('\n');
  return identity !== '' && identify(Number(pid)) === identity ? Number(pid) : undefined;
}

/**
 * Ends what an earlier run left in `directory` when it was killed: each `*.pid` record whose process is still the very
 * same one. Another program that got the pid since is left alone. Returns the names of those that were ended.
 */
export async function endLeftovers(directory: string): Promise<string[]> {
  if (!existsSync(directory)) return [];
  const ended: string[] = [];
  for (const file of readdirSync(directory).filter(name => name.endsWith('.pid'))) {
    const record = join(directory, file);
    const pid = readRecord(record);
    if (pid !== undefined) {
      process.kill(pid, 'SIGKILL');
      await until(`${file}: end of process ${pid}`, { timeoutMs: 20_000 }, () => readRecord(record) === undefined);
      ended.push(file.slice(0, -'.pid'.length));
    }
    rmSync(record, { force: true });
  }
  return ended;
}

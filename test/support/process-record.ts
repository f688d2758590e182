import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './poll.ts';

/**
 * What tells this process from any later one with the same pid: the boot, and its start time in that boot.
 * `undefined` when there is no such process, or no /proc to ask (then records are never acted upon).
 */
export function identify(pid: number): string | undefined {
  try {
    // Fields are counted from behind the program's name, which may itself hold spaces and parentheses; start time is the 22nd.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${fields[19]}`;
  } catch {
    return undefined;
  }
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
    const [pid = '', identity = ''] = readFileSync(record, 'utf8').split('\n');
    if (identity !== '' && identify(Number(pid)) === identity) {
      process.kill(Number(pid), 'SIGKILL');
      await until(`${file}: end of process ${pid}`, { timeoutMs: 20_000 }, () => identify(Number(pid)) !== identity);
      ended.push(file.slice(0, -'.pid'.length));
    }
    rmSync(record, { force: true });
  }
  return ended;
}

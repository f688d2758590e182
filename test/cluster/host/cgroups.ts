import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../support/poll.ts';

const root = '/sys/fs/cgroup';

/** Removes the control groups of pods, once the last process in them is gone. Namespaces do not hold them, so they stay behind. */
export async function removePodCgroups(): Promise<void> {
  for (const group of podCgroups()) {
    await until(`the processes in ${group}: gone`, { timeoutMs: 30_000 }, () => isEmpty(group));
    removeTree(group);
  }
}

function podCgroups(): string[] {
  // One hierarchy (version 2), or one for each controller (version 1).
  const hierarchies = existsSync(join(root, 'cgroup.procs')) ? [root] : readdirSync(root).map(name => join(root, name));
  return hierarchies.map(path => join(path, 'kubepods')).filter(path => existsSync(path));
}

function children(group: string): string[] {
  return readdirSync(group, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => join(group, entry.name));
}

function isEmpty(group: string): boolean {
  return readFileSync(join(group, 'cgroup.procs'), 'utf8') === '' && children(group).every(isEmpty);
}

function removeTree(group: string): void {
  for (const child of children(group)) removeTree(child);
  rmdirSync(group);
}

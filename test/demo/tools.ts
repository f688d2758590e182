import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Provider } from '../cluster/cluster.ts';
import { findBinary, type Program } from '../support/binaries.ts';
import type { Stage } from './stage.ts';

const buildScript = fileURLToPath(new URL('../cluster/tools/build.sh', import.meta.url));
const controlPlane = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'] as const;

/** For each provider, the tool sets of test/cluster/tools and the programs of each that it runs. */
const needs: Readonly<Record<Provider, Readonly<Record<string, readonly Program[]>>>> = {
  kind: { kubernetes: ['kubectl'], helm: ['helm'], kind: ['kind'] },
  host: { etcd: ['etcd'], kubernetes: [...controlPlane, 'kubelet', 'kube-proxy'], helm: ['helm'] },
  kwok: { etcd: ['etcd'], kubernetes: controlPlane, helm: ['helm'], kwok: ['kwok'] },
};

/** Builds the programs that a provider runs and this machine lacks, or waits for the build of them that is under way. */
export async function ensureTools(stage: Stage, provider: Provider): Promise<void> {
  const sets = Object.entries(needs[provider]);
  const isThere = await Promise.all(sets.map(([, programs]) => areThere(programs)));
  const missing = sets.filter((_, index) => !isThere[index]).map(([set]) => set);
  if (missing.length === 0) return;
  stage.narrator.say(`Programs that are not there yet are built from Go modules, in minutes: ${missing.join(', ')}`);
  // One after the other: so it is known which one is waited for.
  for (const set of missing) await build(stage, set);
}

async function build({ narrator, signal }: Stage, set: string): Promise<void> {
  // A group of its own, so that the compiler ends with the script.
  const child = spawn(buildScript, [set], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const end = () => child.pid !== undefined && process.kill(-child.pid, 'SIGTERM');
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', narrator.say);
  // The script is silent while another one builds the same.
  const beat = setInterval(() => narrator.say(`${set}: its build is under way`), 20_000);
  signal.addEventListener('abort', end);
  try {
    const [code, killedBy] = await once(child, 'close');
    signal.throwIfAborted();
    if (code === 0) return;
    throw new Error(`test/cluster/tools/build.sh ${set} ended with ${killedBy ?? code}: its lines above say why`);
  } finally {
    clearInterval(beat);
    signal.removeEventListener('abort', end);
  }
}

async function areThere(programs: readonly Program[]): Promise<boolean> {
  const found = await Promise.allSettled(programs.map(program => findBinary(program)));
  return found.every(({ status }) => status === 'fulfilled');
}

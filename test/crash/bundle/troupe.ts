import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as rest } from 'node:timers/promises';
import { endpointFlags } from '../../integration/operator.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy/fault-proxy.ts';
import { imageFlags } from '../../support/image-flags.ts';
import { writeKubeconfig } from '../../support/kubeconfig.ts';
import { mortal } from '../../support/process.ts';
import type { Pace } from '../pace.ts';
import type { Theatre } from '../theatre.ts';
import type { Incarnation, Troupe, TroupeOptions } from '../troupe.ts';

const BUNDLE = path.join(import.meta.dirname, '../../../dist/operator.mjs');

/** Seconds for which a lease lasts, and in which it has to be renewed. */
interface Lease {
  readonly duration: number;
  readonly deadline: number;
}

/** Soon over, and yet kept by a process that waits for its share of a busy machine. */
const SHORT: Lease = { duration: 7, deadline: 5 };
const leaseFlags = ({ duration, deadline }: Lease): readonly string[] => [
  '--leader-elect=true',
  '--leader-election-lease-name=rel-secrets-operator',
  `--leader-election-lease-duration=${duration}s`,
  `--leader-election-renew-deadline=${deadline}s`,
  '--leader-election-retry-period=500ms',
];
const LOOK_MS = 60;
/** A dead leader's lease, a region that hangs, the pauses before a restart: together far less. */
const NEVER_MS = 90_000;
const CALM_MS = 3_000;

/** One that is a process. */
export interface BundleIncarnation extends Incarnation {
  readonly child: ChildProcess;
}

export interface BundleTroupe extends Troupe {
  start(onStart: (faults: FaultProxy) => void): Promise<BundleIncarnation>;
}

/** The bundle as users run it, in real time: one process after the other, with a lease that is soon over. */
export function bundleTroupe(
  { kube, aws }: Pick<Theatre, 'kube' | 'aws'>,
  lease = SHORT,
): (options: TroupeOptions) => BundleTroupe {
  return ({ namespace, lines, step }) => ({
    time: realTime(step),
    calmMs: CALM_MS,
    async start(onStart) {
      const faults = await startFaultProxy({ kube, aws });
      onStart(faults);
      const folder = await mkdtemp(path.join(tmpdir(), 'so-crash-'));
      const kubeconfig = path.join(folder, 'kubeconfig');
      writeKubeconfig(kubeconfig, { ...faults.kube, server: faults.kube.url });
      const args = [...leaseFlags(lease), ...endpointFlags(faults.aws), '--log-level=debug'];
      const script = [...imageFlags(), BUNDLE, ...args, `--watch-namespaces=${namespace}`];
      const child = spawn(...mortal(process.execPath, script), {
        env: {
          PATH: process.env['PATH'] ?? '',
          KUBECONFIG: kubeconfig,
          POD_NAMESPACE: namespace,
          AWS_ACCESS_KEY_ID: 'operator',
          AWS_SECRET_ACCESS_KEY: 'operator',
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      createInterface({ input: child.stdout }).on('line', line => lines.push(line));
      const gone = once(child, 'exit').then(async () => {
        await faults.stop();
        await rm(folder, { recursive: true });
      });
      return {
        ...{ faults, gone, child },
        kill: () => {
          child.kill('SIGKILL');
        },
        async stop() {
          child.kill('SIGTERM');
          await gone;
        },
      };
    },
  });
}

function realTime(step: () => Promise<boolean>): Pace {
  const look = async (): Promise<void> => {
    await step();
    await rest(LOOK_MS);
  };
  return {
    now: () => Date.now(),
    async until(what, probe) {
      const end = performance.now() + NEVER_MS;
      for (; !probe(); await look())
        if (performance.now() >= end) throw new Error(`${what}: not within ${NEVER_MS / 1_000} seconds`);
    },
    async pass(ms) {
      const end = performance.now() + ms;
      while (performance.now() < end) await look();
    },
    tick: () => undefined,
    after(ms, then) {
      setTimeout(then, ms);
    },
  };
}

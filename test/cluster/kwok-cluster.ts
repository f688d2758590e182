import { findBinary } from '../support/binaries.ts';
import { runCommand } from '../support/command.ts';
import { startControlPlane } from '../support/control-plane.ts';
import { until } from '../support/poll.ts';
import { startProcess } from '../support/process.ts';
import { createTeardown } from '../support/teardown.ts';
import type { Cluster } from './cluster.ts';

const nodes = ['node-0', 'node-1', 'node-2'];

export interface KwokClusterOptions {
  readonly directory: string;
}

/** Without leases kwok's nodes report each ten minutes, and the controller manager takes them for dead after one. */
const LEASES = '--node-lease-duration-seconds=40';

/** Starts a control plane on loopback whose nodes and pods exist in the API only. Needs neither root nor Linux. */
export async function startKwokCluster({ directory }: KwokClusterOptions): Promise<Cluster> {
  const kwok = await findBinary('kwok');
  const binaries = { kubectl: await findBinary('kubectl'), helm: await findBinary('helm') };
  const controlPlane = await startControlPlane({ directory, components: ['controller-manager', 'scheduler'] });
  const { kubeconfig, version } = controlPlane;
  const teardown = createTeardown();
  teardown.add(() => controlPlane.stop());
  try {
    const args = ['--kubeconfig', kubeconfig, '--manage-all-nodes=true', '--config=/dev/null', LEASES];
    const simulator = await startProcess({ name: 'kwok', program: kwok, args, directory, truncate: true });
    teardown.add(() => simulator.stop());
    const kubectl = (...rest: string[]) => [binaries.kubectl, '--kubeconfig', kubeconfig, ...rest];
    await runCommand(kubectl('apply', '-f', '-'), {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: nodes.map(describeNode) }),
    });
    const account = kubectl('get', 'serviceaccount', 'default', '--ignore-not-found', '--output=name');
    const taints = kubectl('get', 'nodes', '--output=jsonpath={.items[*].spec.taints}');
    await until(
      `the simulated nodes: ready (see ${simulator.log})`,
      { timeoutMs: 60_000, intervalMs: 200 },
      async () => {
        await simulator.assertAlive();
        return (await runCommand(taints)) === '' && (await runCommand(account)) !== '';
      },
    );
    return {
      provider: 'kwok',
      kubeconfig,
      version,
      runsContainers: false,
      hostAddress: '127.0.0.1',
      binaries,
      importImage: async () => undefined,
      stop: () => teardown.run(),
    };
  } catch (error) {
    await teardown.run().catch(() => undefined);
    throw error;
  }
}

function describeNode(name: string): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, type: 'kwok' } },
    status: {
      allocatable: { cpu: '64', memory: '256Gi', pods: '2000' },
      capacity: { cpu: '64', memory: '256Gi', pods: '2000' },
    },
  };
}

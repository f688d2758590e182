import { fileURLToPath } from 'node:url';
import { findBinary } from '../../support/binaries.ts';
import { runCommand } from '../../support/command.ts';
import { type RunningProcess, startProcess } from '../../support/process.ts';
import { connectNode, network } from './network.ts';
import type { NodeFiles } from './node-files.ts';

const script = fileURLToPath(new URL('node.sh', import.meta.url));

/** The machine's second self: containerd, kubelet and kube-proxy in namespaces of their own. */
export interface HostNode {
  readonly log: string;
  /** Throws an error with the end of the log when the node is gone. */
  assertAlive(): Promise<void>;
  importImage(archive: string): Promise<void>;
  /** Returns when all of its processes are gone, and with them its namespaces. */
  stop(): Promise<void>;
}

/** Starts the node; it joins the cluster once the kubeconfig exists. From now on this machine has `network.host`. */
export async function startNode({ directory, kubeconfig, socket }: NodeFiles): Promise<HostNode> {
  const [kubelet, kubeProxy] = [await findBinary('kubelet'), await findBinary('kube-proxy')];
  const address = `${network.node}/${network.cableBits}`;
  const node: RunningProcess = await startProcess({
    name: 'node',
    program: 'unshare',
    args: [
      ...['--mount', '--net', '--pid', '--fork', '--kill-child=KILL', '--mount-proc'],
      ...[script, directory, kubeconfig, kubelet, kubeProxy, address, network.host],
    ],
    directory,
    truncate: true,
  });
  try {
    await connectNode(node.pid);
  } catch (error) {
    await node.stop(2_000);
    throw error;
  }
  return {
    log: node.log,
    assertAlive: () => node.assertAlive(),
    importImage: async archive => {
      await runCommand(['ctr', '--address', socket, '--namespace', 'k8s.io', 'images', 'import', archive]);
    },
    stop: () => node.stop(30_000),
  };
}

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findBinary } from '../../support/binaries.ts';
import { runCommand } from '../../support/command.ts';
import { type ControlPlane, startControlPlane } from '../../support/control-plane.ts';
import { until } from '../../support/poll.ts';
import { endLeftovers } from '../../support/process-record.ts';
import { createTeardown } from '../../support/teardown.ts';
import type { Cluster } from '../cluster.ts';
import { createImageBuilder } from '../image-builder.ts';
import { buildPauseImage } from '../images.ts';
import { removePodCgroups } from './cgroups.ts';
import { takeLock } from './lock.ts';
import { network, waitForFreeNetwork } from './network.ts';
import { type HostNode, startNode } from './node.ts';
import { type NodeFiles, removeNodeData, writeNodeFiles } from './node-files.ts';
import { missingForHost } from './requirements.ts';

export interface HostClusterOptions {
  readonly directory: string;
  log(line: string): void;
}

/** Starts a cluster whose only node is this machine, in namespaces of its own. There is one at a time. */
export async function startHostCluster({ directory, log }: HostClusterOptions): Promise<Cluster> {
  const missing = await missingForHost();
  if (missing.length > 0) throw new Error(`the host provider lacks:\n${missing.map(line => `- ${line}`).join('\n')}`);
  const teardown = createTeardown();
  teardown.add(await takeLock(directory));
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const place = join(directory, 'node');
    for (const name of await endLeftovers(place)) log(`ended ${name}, left over from an earlier run`);
    await waitForNodeGone();

    const pause = await buildPauseImage(await createImageBuilder(log));
    const files = await writeNodeFiles(place, join(directory, 'control-plane', 'kubeconfig'));
    const node = await startNode(files);
    teardown.add(async () => {
      await node.stop();
      await waitForNodeGone();
      removeNodeData(place);
    });
    const controlPlane = await startControllers(join(directory, 'control-plane'), files, node);
    teardown.add(() => controlPlane.stop());
    const binaries = { kubectl: await findBinary('kubectl'), helm: await findBinary('helm') };
    await waitForNodeReady(node, [binaries.kubectl, '--kubeconfig', controlPlane.kubeconfig]);
    await node.importImage(pause);
    return {
      provider: 'host',
      kubeconfig: controlPlane.kubeconfig,
      version: controlPlane.version,
      runsContainers: true,
      hostAddress: network.host,
      binaries,
      importImage: archive => node.importImage(archive),
      stop: () => teardown.run(),
    };
  } catch (error) {
    await teardown.run().catch(() => undefined);
    throw error;
  }
}

async function startControllers(directory: string, files: NodeFiles, node: HostNode): Promise<ControlPlane> {
  try {
    return await startControlPlane({
      directory,
      bindAddress: network.host,
      components: ['controller-manager', 'scheduler'],
      apiServerFlags: [
        `--kubelet-client-certificate=${files.apiServerCertificate}`,
        `--kubelet-client-key=${files.apiServerKey}`,
        '--kubelet-preferred-address-types=InternalIP',
      ],
    });
  } catch (error) {
    // When the node is gone, so is the address that the API server listens on: then this is the reason.
    await node.assertAlive();
    throw error;
  }
}

async function waitForNodeReady(node: HostNode, kubectl: readonly string[]): Promise<void> {
  const ready = '{.status.conditions[?(@.type=="Ready")].status}';
  const account = ['get', 'serviceaccount', 'default', '--ignore-not-found', '--output=name'];
  await until(`the node: ready (see the logs beside ${node.log})`, { timeoutMs: 90_000, intervalMs: 200 }, async () => {
    await node.assertAlive();
    const isReady = await runCommand([
      ...kubectl,
      'get',
      'node',
      'node',
      '--ignore-not-found',
      `--output=jsonpath=${ready}`,
    ]);
    // Without its account no pod can be made.
    return isReady === 'True' && (await runCommand([...kubectl, ...account])) !== '';
  });
}

/** Its first process may end a little before its last ones. */
async function waitForNodeGone(): Promise<void> {
  await waitForFreeNetwork();
  await removePodCgroups();
}

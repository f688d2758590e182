import { existsSync, readlinkSync } from 'node:fs';
import { runCommand } from '../../support/command.ts';
import { until } from '../../support/poll.ts';

/**
 * The addresses of the host cluster, from the block that is set aside for tests of network devices (RFC 2544), so that they
 * meet no real network: a cable between this machine and the node, and the pods behind the node.
 */
export const network = {
  host: '198.18.0.1',
  node: '198.18.0.2',
  cableBits: 30,
  pods: '198.18.64.0/18',
  cable: 'secrets-op0',
} as const;

/** Connects this machine with the network namespace of a process, which finds its end as eth0. Goes away with the namespace. */
export async function connectNode(pid: number): Promise<void> {
  const namespaceOf = (process: number | 'self') => readlinkSync(`/proc/${process}/ns/net`);
  await until(
    'the network namespace of the node',
    { timeoutMs: 10_000, intervalMs: 5 },
    () => namespaceOf(pid) !== namespaceOf('self'),
  );
  const { cable, host, cableBits, node, pods } = network;
  await runCommand(['ip', 'link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid)]);
  await runCommand(['ip', 'address', 'add', `${host}/${cableBits}`, 'dev', cable]);
  await runCommand(['ip', 'link', 'set', cable, 'up']);
  await runCommand(['ip', 'route', 'add', pods, 'via', node, 'dev', cable]);
}

/** Returns when the cable of an earlier node is gone, as it is soon after the node's last process. */
export async function waitForFreeNetwork(): Promise<void> {
  await until(
    `the interface ${network.cable} of an earlier node: gone`,
    { timeoutMs: 30_000 },
    () => !existsSync(`/sys/class/net/${network.cable}`),
  );
}

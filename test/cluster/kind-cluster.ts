import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBinary } from '../support/binaries.ts';
import { runCommand } from '../support/command.ts';
import type { Cluster } from './cluster.ts';
import { dockerAnswers } from './image-builder.ts';
import { readVersion } from './version.ts';

const buildScript = fileURLToPath(new URL('tools/build.sh', import.meta.url));

export interface KindClusterOptions {
  readonly directory: string;
  log(line: string): void;
}

/** Starts a cluster whose node is a Docker container, made by kind. */
export async function startKindCluster({ directory, log }: KindClusterOptions): Promise<Cluster> {
  if (!(await dockerAnswers())) {
    throw new Error(
      'the kind provider needs a Docker engine that answers `docker version`: start it, or choose host or kwok',
    );
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const kubeconfig = join(directory, 'kubeconfig');
  const kind = await findKind(log);
  // One name for each directory, so that the cluster of a killed run is found again.
  const target = ['--name', `secrets-operator-${createHash('sha256').update(directory).digest('hex').slice(0, 8)}`];
  const stop = async (): Promise<void> => {
    await runCommand([kind, 'delete', 'cluster', ...target, '--kubeconfig', kubeconfig]);
  };
  await stop();
  try {
    await runCommand([kind, 'create', 'cluster', ...target, '--kubeconfig', kubeconfig, '--wait', '180s']);
    const binaries = { kubectl: await findBinary('kubectl'), helm: await findBinary('helm') };
    return {
      provider: 'kind',
      kubeconfig,
      version: await readVersion(binaries.kubectl, kubeconfig),
      runsContainers: true,
      hostAddress: await findGateway(),
      binaries,
      importImage: async archive => {
        await runCommand([kind, 'load', 'image-archive', archive, ...target]);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function findKind(log: (line: string) => void): Promise<string> {
  try {
    return await findBinary('kind');
  } catch {
    log('Building kind');
    await runCommand([buildScript, 'kind']);
    return await findBinary('kind');
  }
}

/** This machine's address in the network that kind's nodes are in. */
async function findGateway(): Promise<string> {
  const format = '{{range .IPAM.Config}}{{.Gateway}} {{end}}';
  const gateways = (await runCommand(['docker', 'network', 'inspect', 'kind', '--format', format])).trim().split(/\s+/);
  const own = Object.values(networkInterfaces()).flatMap(addresses => addresses ?? []);
  const gateway = gateways.find(candidate =>
    own.some(({ address, family }) => family === 'IPv4' && address === candidate),
  );
  if (gateway) return gateway;
  throw new Error(
    `none of the gateways ${gateways.join(', ')} of Docker's network "kind" is an address of this machine, so that pods cannot reach what runs ` +
      'here: run this on the Linux machine that the Docker engine runs on',
  );
}

import { startHostCluster } from './host/host-cluster.ts';
import { missingForHost } from './host/requirements.ts';
import { dockerAnswers } from './image-builder.ts';
import { startKindCluster } from './kind-cluster.ts';
import { startKwokCluster } from './kwok-cluster.ts';

export type Provider = 'kind' | 'host' | 'kwok';

/** A Kubernetes cluster for tests and demonstrations. */
export interface Cluster {
  readonly provider: Provider;
  /** The path of an admin kubeconfig. */
  readonly kubeconfig: string;
  /** Such as v1.34.4. */
  readonly version: string;
  /** False for kwok, whose nodes and pods are simulated. */
  readonly runsContainers: boolean;
  /** Where pods reach servers that listen on this machine; servers have to listen on this very address. */
  readonly hostAddress: string;
  readonly binaries: { readonly kubectl: string; readonly helm: string };
  /** Gives the nodes an image from an archive (OCI, or what `docker save` writes). Does nothing where no containers run. */
  importImage(archive: string): Promise<void>;
  /** Returns when every process is gone. Idempotent. */
  stop(): Promise<void>;
}

export interface ClusterOptions {
  /** Default: kind where a Docker engine answers, else host where this machine can be a node, else kwok. */
  readonly provider?: Provider;
  /** Everything that the cluster writes. At most 80 bytes long, because it holds unix sockets. */
  readonly directory: string;
  log(line: string): void;
}

/** Starts a cluster. Throws an error that lists what is missing and how to get it when the provider cannot work here. */
export async function startCluster({ provider, directory, log }: ClusterOptions): Promise<Cluster> {
  const chosen = provider ?? (await chooseProvider(log));
  const options = { directory, log };
  switch (chosen) {
    case 'kind':
      return await startKindCluster(options);
    case 'host':
      return await startHostCluster(options);
    case 'kwok':
      return await startKwokCluster(options);
    default:
      throw new Error(`there is no cluster provider named ${chosen satisfies never}: choose kind, host or kwok`);
  }
}

async function chooseProvider(log: (line: string) => void): Promise<Provider> {
  if (await dockerAnswers()) return 'kind';
  const missing = await missingForHost();
  if (missing.length === 0) return 'host';
  log(
    `No Docker engine answers, and this machine cannot be a node itself: ${missing.join('; ')}. Pods are simulated by kwok.`,
  );
  return 'kwok';
}

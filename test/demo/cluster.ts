import { join } from 'node:path';
import { type Cluster, type Provider, startCluster } from '../cluster/cluster.ts';
import { missingForHost } from '../cluster/host/requirements.ts';
import { dockerAnswers } from '../cluster/image-builder.ts';
import type { Stage } from './stage.ts';
import { ensureTools } from './tools.ts';

/** Starts a cluster by the provider that is wanted, or by the best one that works here. */
export async function openCluster(stage: Stage, wanted: Provider | undefined): Promise<Cluster> {
  const { narrator, directory, teardown } = stage;
  const { say } = narrator;
  const provider = wanted ?? (await chooseProvider(stage));
  if (wanted !== undefined) say(`${wanted}, as --provider asks for`);
  await ensureTools(stage, provider);
  const cluster = await startCluster({ provider, directory: join(directory, 'cluster'), log: say });
  teardown.add(() => cluster.stop());
  const pods = cluster.runsContainers
    ? 'its pods run in containers'
    : 'its nodes and pods are simulated, no container runs';
  say(`Kubernetes ${cluster.version} answers; ${pods}`);
  return cluster;
}

/** As startCluster would, but it says why, and does not take a program for missing that is still being built. */
async function chooseProvider(stage: Stage): Promise<Provider> {
  const { say } = stage.narrator;
  if (await dockerAnswers()) {
    say('kind: a Docker engine answers');
    return 'kind';
  }
  // Elsewhere no program would change the answer.
  if (process.platform === 'linux' && process.getuid?.() === 0) await ensureTools(stage, 'host');
  const missing = await missingForHost();
  if (missing.length === 0) {
    say('host: no Docker engine answers, and this machine can be a node itself');
    return 'host';
  }
  say(`kwok: no Docker engine answers, and this machine cannot be a node itself: ${missing.join('; ')}`);
  return 'kwok';
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createKubectl } from '../support/kubectl.ts';
import { startCluster } from './cluster.ts';

test('where no containers can run, kwok simulates the pods of a real control plane', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'so-kwok-'));
  const cluster = await startCluster({ provider: 'kwok', directory, log: () => undefined });
  try {
    const kubectl = createKubectl(cluster.binaries.kubectl, cluster.kubeconfig);
    await kubectl.run('create', 'deployment', 'web', '--image=any', '--replicas=2');
    await kubectl.run('rollout', 'status', 'deployment/web', '--timeout=60s');
    expect(cluster.runsContainers).toBe(false);
  } finally {
    await cluster.stop();
    await rm(directory, { recursive: true, force: true });
  }
});

import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { MANAGED_BY, MANAGED_BY_LABEL } from '../../src/crds/names.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { createImageBuilder } from '../cluster/image-builder.ts';
import { buildWorkloadImage, workloadImage } from '../cluster/images.ts';
import type { Kubectl } from './kubectl.ts';
import { checkout, restrictedNamespace } from './operator.ts';
import type { Stage } from './stage.ts';

/** The namespace that the samples are applied to. */
export const namespace = 'shop';
/** The AwsSecret of aws-secret-minimal.yaml, and so its Secret, which the sample Deployment uses. */
export const awsSecret = 'payments-db';
/** The Deployment of deployment-env-from.yaml, and its container. */
export const deployment = 'payments';

/** Applies config/samples and returns when every AwsSecret of them is Ready. */
export async function applySamples(stage: Stage, cluster: Cluster, kubectl: Kubectl): Promise<void> {
  const { say, quote } = stage.narrator;
  await kubectl.apply(restrictedNamespace(namespace));
  const overlay = await writeOverlay(stage, cluster);
  const applied = await kubectl.run('apply', '--kustomize', overlay);
  quote(`kubectl apply -k ${overlay}`, applied);
  const wait = ['wait', '--for=condition=Ready', 'awssecrets', '--all', '--timeout=60s', '--namespace', namespace];
  await kubectl.run(...wait);
  say('Every AwsSecret is Ready');
  await showAwsSecrets(stage, kubectl);
}

/** The table of the AwsSecrets, and the keys of their Secrets. */
export async function showAwsSecrets({ narrator }: Stage, kubectl: Kubectl): Promise<void> {
  const table = await kubectl.run('get', 'awssecrets', '--namespace', namespace);
  narrator.quote(`kubectl get awssecrets -n ${namespace}`, table);
  const secrets = await kubectl.list<Secret>(namespace, 'secrets', `${MANAGED_BY_LABEL}=${MANAGED_BY}`);
  for (const { metadata, data } of secrets) {
    const keys = Object.keys(data ?? {}).sort();
    narrator.say(`Secret ${metadata.name} has ${keys.length} keys: ${keys.join(', ')}`);
  }
}

interface Secret {
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
}

/** The samples as they are, but for their namespace, and for an image that no registry has to be asked for. */
async function writeOverlay({ directory, narrator, signal }: Stage, cluster: Cluster): Promise<string> {
  const overlay = join(directory, 'samples');
  await mkdir(overlay, { recursive: true });
  const [newName, newTag] = workloadImage.split(':');
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace,
    // kustomize takes no absolute path.
    resources: [relative(overlay, join(checkout, 'config/samples'))],
    images: cluster.runsContainers ? [{ name: 'busybox', newName, newTag }] : [],
  };
  await writeFile(join(overlay, 'kustomization.yaml'), JSON.stringify(kustomization));
  narrator.say(`Those of config/samples, in the namespace ${namespace}`);
  if (cluster.runsContainers) {
    await cluster.importImage(await buildWorkloadImage(await createImageBuilder(narrator.say)));
    signal.throwIfAborted();
    narrator.say(`In place of busybox the Deployment gets ${workloadImage}: busybox with a program for proofs`);
  }
  return overlay;
}

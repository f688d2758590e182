import { join } from 'node:path';
import { createImageBuilder } from '../cluster/image-builder.ts';
import { buildOperatorImage } from '../cluster/images.ts';
import { chartValues } from '../support/chart-values.ts';
import { runCommand } from '../support/command.ts';
import { regions, role } from './aws.ts';
import { checkout, type OperatorOptions, operatorName, restrictedNamespace } from './operator.ts';
import type { Stage } from './stage.ts';

const image = { repository: 'secrets-operator.io/test/operator', tag: 'v1' } as const;

/** Builds the operator's image, gives it to the nodes and installs the chart. Returns when its pod is ready. */
export async function installOperator(
  { narrator, signal }: Stage,
  { cluster, kubectl, aws }: OperatorOptions,
): Promise<void> {
  const { say, quote } = narrator;
  await kubectl.apply(restrictedNamespace(operatorName));
  const builder = await createImageBuilder(say);
  const archive = await buildOperatorImage(builder, { context: checkout, tag: `${image.repository}:${image.tag}` });
  await cluster.importImage(archive);
  signal.throwIfAborted();
  say(`The nodes have the image, built from the Dockerfile with ${builder.engine}`);
  say(`helm installs the chart: role ${role}, by a token of its ServiceAccount as with IRSA on EKS, no key`);
  const chart = join(checkout, 'charts', 'secrets-operator');
  const flags = ['--namespace', operatorName, '--values', '-', '--wait', '--timeout', '90s'];
  await runCommand(
    [cluster.binaries.helm, '--kubeconfig', cluster.kubeconfig, 'install', operatorName, chart, ...flags],
    {
      input: JSON.stringify(chartValues({ image, regions, urls: aws.urls, role })),
    },
  );
  quote(`kubectl get pods -n ${operatorName}`, await kubectl.run('get', 'pods', '--namespace', operatorName));
}

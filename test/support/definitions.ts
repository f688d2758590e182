import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { KubeAdmin, KubeObject } from './kube-admin.ts';
import { until } from './poll.ts';

interface Definition extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** The CustomResourceDefinition of AwsSecrets. */
export const AWS_SECRETS = new URL(
  '../../charts/secrets-operator/files/crds/secrets-operator.io_awssecrets.yaml',
  import.meta.url,
);

/** Creates the CustomResourceDefinition of a YAML file. Returns when the API server serves its objects. */
export async function installDefinition(kube: KubeAdmin, file: string | URL): Promise<void> {
  const { metadata } = await kube.create<Definition>(PATH, parse(await readFile(file, 'utf8')));
  await until(`${metadata.name} is established`, { timeoutMs: 30_000 }, async () => {
    const live = await kube.get<Definition>(`${PATH}/${metadata.name}`);
    return live?.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True');
  });
}

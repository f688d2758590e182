import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { Transport } from '../src/kube/transport/transport.ts';
import { type ControlPlane, startControlPlane } from '../test/support/control-plane.ts';
import { connectTransport, createKubeAdmin } from '../test/support/kube-admin.ts';
import { until } from '../test/support/poll.ts';
import type { Teardown } from '../test/support/teardown.ts';

export const NAMESPACE = 'bench';
/** AwsSecret `s<i>` reads the secret of this prefix and `<i>`. */
export const PREFIX = 'prod/app/s';
export const AWS_SECRETS = `/apis/secrets-operator.io/v1alpha1/namespaces/${NAMESPACE}/awssecrets`;

/** A control plane of its own with the CRD, and a connection to it. */
export interface Cluster extends ControlPlane {
  readonly transport: Transport;
}

const WRITERS = 20;
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const crd = new URL('../charts/secrets-operator/files/crds/secrets-operator.io_awssecrets.yaml', import.meta.url);

type Conditions = { readonly status?: { readonly conditions?: readonly { type: string; status: string }[] } };

/** Starts etcd and kube-apiserver, and applies the CRD; `teardown` ends them. */
export async function startCluster(directory: string, teardown: Teardown): Promise<Cluster> {
  const plane = await startControlPlane({ directory });
  teardown.add(() => plane.stop());
  const admin = createKubeAdmin(plane);
  const { metadata } = await admin.create(CRDS, parse(await readFile(crd, 'utf8')));
  await until('the CRD: established', { timeoutMs: 30_000 }, async () => {
    const live = await admin.get<{ metadata: typeof metadata } & Conditions>(`${CRDS}/${metadata.name}`);
    return live?.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True');
  });
  const transport = await connectTransport(plane);
  teardown.add(() => transport.close());
  return { ...plane, transport };
}

/** An AwsSecret to be made. */
export interface Manifest {
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** N AwsSecrets `s0`, `s1`, …, each with all properties of one secret. */
export function plainManifests(n: number): readonly Manifest[] {
  return Array.from({ length: n }, (_, i) => ({
    name: `s${i}`,
    spec: { dataFrom: [{ secretId: `${PREFIX}${i}` }] },
  }));
}

/** Makes an object; throws what the API server says. */
export async function create({ transport }: Pick<Cluster, 'transport'>, path: string, body: unknown): Promise<void> {
  const answer = await transport.call({ method: 'POST', path, body });
  if (!answer.ok) throw new Error(`POST ${path}: ${answer.error.status} ${answer.error.reason}`);
}

export async function createNamespace(cluster: Cluster): Promise<void> {
  await create(cluster, '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
}

/** Creates AwsSecrets in the namespace, many at a time. */
export async function createAwsSecrets(cluster: Cluster, manifests: readonly Manifest[]): Promise<void> {
  const left = manifests.values();
  const write = async (): Promise<void> => {
    for (const { name, spec } of left) {
      const kind = { apiVersion: 'secrets-operator.io/v1alpha1', kind: 'AwsSecret' };
      await create(cluster, AWS_SECRETS, { ...kind, metadata: { name }, spec });
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
}

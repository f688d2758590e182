import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Transport } from '../src/kube/transport.ts';
import { type ControlPlane, startControlPlane } from '../test/support/control-plane.ts';
import { connectTransport } from '../test/support/kube-admin.ts';
import { until } from '../test/support/poll.ts';
import type { Teardown } from '../test/support/teardown.ts';

/** Where the AwsSecrets are. */
export const NAMESPACE = 'bench';
/** What the names of the secrets in AWS begin with; a number follows. */
export const PREFIX = 'prod/app/s';
export const AWS_SECRETS = `/apis/secrets-operator.io/v1alpha1/namespaces/${NAMESPACE}/awssecrets`;

const CRD = new URL('../charts/secrets-operator/files/crds/secrets-operator.io_awssecrets.yaml', import.meta.url);
const CREATORS = 20;

/** An empty control plane that knows AwsSecrets, and a client with all rights. */
export interface Plane extends ControlPlane {
  readonly transport: Transport;
}

/** Starts etcd and kube-apiserver on loopback, with the definition and the namespace in place. */
export async function startPlane(directory: string, teardown: Teardown): Promise<Plane> {
  const plane = await startControlPlane({ directory: join(directory, 'plane') });
  teardown.add(() => plane.stop());
  const transport = await connectTransport(plane);
  teardown.add(() => transport.close());
  await post(transport, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', parse(await readFile(CRD, 'utf8')));
  await post(transport, '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
  await until('the API server: serves AwsSecrets', { timeoutMs: 30_000 }, async () => {
    return (await transport.call({ method: 'GET', path: AWS_SECRETS })).ok;
  });
  return { ...plane, transport };
}

/** Makes `n` AwsSecrets, `s0` and on, each with one source. */
export async function createAwsSecrets({ transport }: Plane, n: number): Promise<void> {
  let next = 0;
  const create = async (): Promise<void> => {
    while (next < n) {
      const index = next;
      next += 1;
      await post(transport, AWS_SECRETS, {
        apiVersion: 'secrets-operator.io/v1alpha1',
        kind: 'AwsSecret',
        metadata: { name: `s${index}` },
        spec: { dataFrom: [{ secretId: `${PREFIX}${index}` }] },
      });
    }
  };
  await Promise.all(Array.from({ length: CREATORS }, create));
}

async function post(transport: Transport, path: string, body: unknown): Promise<void> {
  const result = await transport.call({ method: 'POST', path, body });
  if (!result.ok) throw new Error(`POST ${path}: ${result.error.status} ${result.error.reason}`);
}

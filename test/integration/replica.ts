import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy/fault-proxy.ts';
import { writeKubeconfig } from '../support/kubeconfig.ts';
import { type Bundle, type BundleOptions, startBundle } from './bundle.ts';

export const REGION = 'eu-west-1';

/** One operator as users run it, and all that it sends. */
export interface Replica extends Bundle {
  readonly proxy: FaultProxy;
}

export interface ReplicaOptions extends Partial<BundleOptions> {
  /** Where it is installed and what it watches. */
  readonly namespace: string;
  /** Called before it starts, to have faults meet its first calls. */
  readonly meet?: ((proxy: FaultProxy) => unknown) | undefined;
}

/** Starts the bundle behind a fault proxy of its own; both end with the test. */
export async function startReplica({ namespace, meet, env, ...options }: ReplicaOptions): Promise<Replica> {
  const folder = await mkdtemp(path.join(tmpdir(), 'so-replica-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const proxy = await startFaultProxy({ kube: inject('kube'), aws: { [REGION]: inject('moto')[REGION] } });
  onTestFinished(() => proxy.stop());
  meet?.(proxy);
  const kubeconfig = path.join(folder, 'kubeconfig');
  writeKubeconfig(kubeconfig, { ...proxy.kube, server: proxy.kube.url });
  const bundle = startBundle({
    ...options,
    env: {
      KUBECONFIG: kubeconfig,
      POD_NAMESPACE: namespace,
      SECRETS_OPERATOR_REGIONS: REGION,
      AWS_ENDPOINT_URL: proxy.aws[REGION] ?? '',
      AWS_ACCESS_KEY_ID: 'operator',
      AWS_SECRET_ACCESS_KEY: 'operator',
      SECRETS_OPERATOR_BIND_ADDRESS: '127.0.0.1:0',
      SECRETS_OPERATOR_WATCH_NAMESPACES: namespace,
      ...env,
    },
  });
  return { ...bundle, proxy };
}

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { parse } from 'yaml';
import { startControlPlane } from '../support/control-plane.ts';
import { createKubeAdmin, type KubeAccess } from '../support/kube-admin.ts';
import { startMoto } from '../support/moto.ts';
import { until } from '../support/poll.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly kube: KubeAccess & { readonly kubeconfig: string };
    /** URL of the moto of each region: two processes, so that one region can be ahead of the other. */
    readonly moto: Readonly<Record<Region, string>>;
  }
}

export const REGIONS = ['eu-west-1', 'eu-central-1'] as const;
export type Region = (typeof REGIONS)[number];

const CRD = new URL('../../charts/secrets-operator/files/crds/secrets-operator.io_awssecrets.yaml', import.meta.url);

/** One control plane and one moto for each region, shared by all files of this suite. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'so-'));
  const [plane, west, central] = await Promise.all([
    startControlPlane({ directory: path.join(directory, 'plane') }),
    startMoto({ directory: path.join(directory, 'west') }),
    startMoto({ directory: path.join(directory, 'central') }),
  ]);
  const { url, token, certificateAuthority, kubeconfig } = plane;
  const admin = createKubeAdmin({ url, token, certificateAuthority });
  const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const crd = await admin.create(crds, parse(await readFile(CRD, 'utf8')));
  await until('the CRD is established', { timeoutMs: 30_000 }, async () => {
    const live = await admin.get<typeof crd & { status?: { conditions?: { type: string; status: string }[] } }>(
      `${crds}/${crd.metadata.name}`,
    );
    return live?.status?.conditions?.some(c => c.type === 'Established' && c.status === 'True');
  });
  project.provide('kube', { url, token, certificateAuthority, kubeconfig });
  project.provide('moto', { 'eu-west-1': west.url, 'eu-central-1': central.url });
  return async () => {
    await Promise.all([plane.stop(), west.stop(), central.stop()]);
    await rm(directory, { recursive: true, force: true });
  };
}

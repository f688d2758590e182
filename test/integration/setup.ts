import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type { TestProject } from 'vitest/node';
import { type Manifest, render } from '../chart/helm.ts';
import { auditFlags, auditLog } from '../support/audit.ts';
import { rbacOf } from '../support/chart-rbac.ts';
import { startControlPlane } from '../support/control-plane.ts';
import { AWS_SECRETS, installDefinition } from '../support/definitions.ts';
import { createKubeAdmin, type KubeAccess } from '../support/kube-admin.ts';
import { startMoto } from '../support/moto.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly kube: KubeAccess & { readonly kubeconfig: string; readonly servingKey: string };
    /** URL of the moto of each region: two processes, so that one region can be ahead of the other. */
    readonly moto: Readonly<Record<Region, string>>;
    /** What the chart grants its operator, installed in namespace `ops` to watch namespace `watched`. */
    readonly rbac: readonly Manifest[];
    /** Where the API server notes what ServiceAccounts ask for. */
    readonly auditLog: string;
  }
}

export const REGIONS = ['eu-west-1', 'eu-central-1'] as const;
export type Region = (typeof REGIONS)[number];

/** One control plane and one moto for each region, shared by all files of this suite. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // API servers and etcds that live for minutes may hold more garbage: they spend a tenth less.
  process.env['GOGC'] ??= '300';
  const directory = await mkdtemp(path.join(tmpdir(), 'so-'));
  const [plane, west, central] = await Promise.all([
    startControlPlane({ directory: path.join(directory, 'plane'), apiServerFlags: auditFlags(directory) }),
    startMoto({ directory: path.join(directory, 'west') }),
    startMoto({ directory: path.join(directory, 'central') }),
  ]);
  const { url, token, certificateAuthority, kubeconfig, servingKey } = plane;
  const admin = createKubeAdmin({ url, token, certificateAuthority });
  await installDefinition(admin, AWS_SECRETS);
  project.provide('kube', { url, token, certificateAuthority, kubeconfig, servingKey });
  project.provide('rbac', rbacOf(render({ watchNamespaces: ['watched'] })));
  project.provide('auditLog', auditLog(directory));
  project.provide('moto', { 'eu-west-1': west.url, 'eu-central-1': central.url });
  return async () => {
    await Promise.all([plane.stop(), west.stop(), central.stop()]);
    await rm(directory, { recursive: true, force: true });
  };
}

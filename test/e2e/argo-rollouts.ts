import { join } from 'node:path';
import { findBinary, findToolFile } from '../support/binaries.ts';
import type { Kubectl } from '../support/kubectl.ts';
import { freePort } from '../support/port.ts';
import { startProcess } from '../support/process.ts';

const SET = 'argo-rollouts';
const DEFINITIONS = ['rollout', 'experiment', 'analysis-run', 'analysis-template', 'cluster-analysis-template'];

export interface ArgoRolloutsOptions {
  readonly kubeconfig: string;
  readonly kubectl: Kubectl;
  /** For its log and process record. */
  readonly directory: string;
}

/** Installs the definitions of Argo Rollouts and runs its real controller beside the cluster. Returns what stops it. */
export async function startArgoRollouts(options: ArgoRolloutsOptions): Promise<() => Promise<void>> {
  const { kubeconfig, kubectl, directory } = options;
  for (const name of DEFINITIONS) {
    // Too large for the annotation that a client-side apply would leave.
    await kubectl.run('create', '-f', await findToolFile(SET, `${name}-crd.yaml`));
  }
  const address = '127.0.0.1';
  const controller = await startProcess({
    name: 'rollouts-controller',
    program: await findBinary('rollouts-controller'),
    args: [
      `--kubeconfig=${kubeconfig}`,
      '--leader-elect=false',
      `--metricsport=${await freePort(address)}`,
      `--healthzPort=${await freePort(address)}`,
    ],
    directory: join(directory, SET),
  });
  return () => controller.stop(2_000);
}

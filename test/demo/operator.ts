import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cluster } from '../cluster/cluster.ts';
import type { Aws } from './aws.ts';
import type { Kubectl } from './kubectl.ts';

/** Namespace, Helm release, Deployment and ServiceAccount of the operator. */
export const operatorName = 'secrets-operator';
/** What the token is good for by which the operator proves to AWS who it is; IRSA's own. */
export const audience = 'sts.amazonaws.com';

export const checkout = fileURLToPath(new URL('../..', import.meta.url));
export const bundle = join(checkout, 'dist', 'operator.mjs');

export interface OperatorOptions {
  readonly cluster: Cluster;
  readonly kubectl: Kubectl;
  readonly aws: Aws;
}

/** Throws an error with the way out when there is no bundle to run. */
export function assertBuilt(): void {
  if (!existsSync(bundle)) throw new Error(`the operator is not built (looked for ${bundle}): run node build.ts`);
}

/** A namespace that takes no pod with more rights than it needs. */
export function restrictedNamespace(name: string): object {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

/** The folder of the operator's process where it is no pod. */
export function processDirectory(storyDirectory: string): string {
  return join(storyDirectory, 'operator');
}

export interface OperatorLog {
  /** What shows it, for a reader to type. */
  readonly command: string;
  read(kubectl: Kubectl): Promise<string>;
}

export function operatorLog({ runsContainers }: Cluster, storyDirectory: string): OperatorLog {
  const args = ['logs', '--namespace', operatorName, `deployment/${operatorName}`];
  const file = join(processDirectory(storyDirectory), 'operator.log');
  return runsContainers
    ? { command: `kubectl ${args.join(' ')}`, read: kubectl => kubectl.run(...args) }
    : { command: `cat ${file}`, read: () => readFile(file, 'utf8') };
}

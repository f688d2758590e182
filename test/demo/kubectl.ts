import type { Cluster } from '../cluster/cluster.ts';
import { runCommand } from '../support/command.ts';

/** kubectl as the administrator of the story's cluster. Every call throws what kubectl said when it fails. */
export interface Kubectl {
  run(...args: readonly string[]): Promise<string>;
  apply(...objects: readonly object[]): Promise<void>;
  /** `undefined` when there is no such object; the caller names the part of it that it looks at. */
  read<T>(namespace: string, resource: string, name: string): Promise<T | undefined>;
  /** The objects of a namespace that have a label, such as app=web. */
  list<T>(namespace: string, resource: string, label: string): Promise<readonly T[]>;
}

export function createKubectl({ binaries, kubeconfig }: Pick<Cluster, 'binaries' | 'kubeconfig'>): Kubectl {
  const command = [binaries.kubectl, '--kubeconfig', kubeconfig];
  const run = (...args: readonly string[]) => runCommand([...command, ...args]);
  return {
    run,
    apply: async (...items) => {
      const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
      await runCommand([...command, 'apply', '--filename', '-'], { input });
    },
    read: async (namespace, resource, name) => {
      const flags = ['--namespace', namespace, '--ignore-not-found', '--output=json'];
      const output = await run('get', resource, name, ...flags);
      return output === '' ? undefined : JSON.parse(output);
    },
    list: async (namespace, resource, label) =>
      JSON.parse(await run('get', resource, '--namespace', namespace, '--selector', label, '--output=json')).items,
  };
}

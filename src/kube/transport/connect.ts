import { readFile } from 'node:fs/promises';
import process from 'node:process';
import type { Connection } from './connection.ts';
import { kept } from './kept.ts';

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether this process is a pod that speaks to its own cluster. */
export function isInCluster(env: Environment): boolean {
  return env['KUBECONFIG'] === undefined && env['KUBERNETES_SERVICE_HOST'] !== undefined;
}

/**
 * KUBECONFIG where it is set, else the pod's ServiceAccount, else the kubeconfig of the home directory, as kubectl
 * and client-go do. `folder` is where the kubelet keeps the pod's token and what it has to trust. Throws an Error that
 * names what was looked for.
 */
export async function connect(
  monotonic: () => number,
  env: Environment = process.env,
  folder: string = SERVICE_ACCOUNT,
): Promise<Connection> {
  const host = env['KUBERNETES_SERVICE_HOST'];
  if (!isInCluster(env) || host === undefined) {
    // Loaded only here: with client-node come 80 MB of memory, which no pod needs.
    const { fromKubeconfig } = await import('./kubeconfig.ts');
    return fromKubeconfig(monotonic);
  }
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443';
  const namespace = env['POD_NAMESPACE'] ?? (await readFile(`${folder}/namespace`, 'utf8')).trim();
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace,
    isInCluster: true,
    tls: async () => ({ ca: await readFile(`${folder}/ca.crt`, 'utf8') }),
    authorization: kept(monotonic, async () => `Bearer ${(await readFile(`${folder}/token`, 'utf8')).trim()}`),
  };
}

import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { kept } from './kept.ts';

/** What a TLS connection to the API server needs, in PEM. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** Where the API server is, and who we are to it. */
export interface Connection {
  /** URL without a trailing slash. */
  readonly server: string;
  /** The namespace of the pod, or of the kubeconfig's context. */
  readonly namespace: string;
  readonly isInCluster: boolean;
  /** Read again for each new set of sockets, because CA bundles are rotated. */
  tls(): Promise<TlsMaterial>;
  /** The Authorization header; undefined where a client certificate speaks. `renew` passes over what was kept. */
  authorization(renew: boolean): Promise<string | undefined>;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * KUBECONFIG where it is set, else the pod's ServiceAccount, else the kubeconfig of the home directory, as kubectl
 * and client-go do. Throws an Error that names what was looked for.
 */
export async function connect(monotonic: () => number, env = process.env): Promise<Connection> {
  const host = env['KUBERNETES_SERVICE_HOST'];
  if (env['KUBECONFIG'] !== undefined || host === undefined) {
    // Loaded only here: with client-node come 80 MB of memory, which no pod needs.
    const { fromKubeconfig } = await import('./kubeconfig.ts');
    return fromKubeconfig(monotonic);
  }
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443';
  const namespace = env['POD_NAMESPACE'] ?? (await readFile(`${SERVICE_ACCOUNT}/namespace`, 'utf8')).trim();
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace,
    isInCluster: true,
    tls: async () => ({ ca: await readFile(`${SERVICE_ACCOUNT}/ca.crt`, 'utf8') }),
    authorization: kept(monotonic, async () => `Bearer ${(await readFile(`${SERVICE_ACCOUNT}/token`, 'utf8')).trim()}`),
  };
}

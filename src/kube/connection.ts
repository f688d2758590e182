import { readFile } from 'node:fs/promises';
import process from 'node:process';

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
/** Bound tokens are replaced by the kubelet well before they end; client-go reads them once a minute too. */
const TOKEN_AGE_MS = 60_000;

/**
 * KUBECONFIG where it is set, else the pod's ServiceAccount, else the kubeconfig of the home directory, as kubectl
 * and client-go do. Throws an Error that names what was looked for.
 */
export async function connect(monotonic: () => number, env = process.env): Promise<Connection> {
  const host = env['KUBERNETES_SERVICE_HOST'];
  if (env['KUBECONFIG'] !== undefined || host === undefined) return await fromKubeconfig(monotonic);
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

/** client-node reads kubeconfigs with all their kinds of authentication. It is loaded here alone: 80 MB of memory. */
async function fromKubeconfig(monotonic: () => number): Promise<Connection> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromDefault();
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw new Error('no Kubernetes cluster: KUBECONFIG and ~/.kube/config name none, and this is no pod of a cluster');
  }
  const options = async () => {
    const applied: Parameters<typeof config.applyToHTTPSOptions>[0] = {};
    await config.applyToHTTPSOptions(applied);
    return applied;
  };
  const context = config.getContextObject(config.getCurrentContext());
  return {
    server: cluster.server.replace(/\/+$/, ''),
    namespace: process.env['POD_NAMESPACE'] ?? context?.namespace ?? 'default',
    isInCluster: false,
    async tls() {
      const { ca, cert, key, servername, rejectUnauthorized } = await options();
      return {
        ...(ca && { ca: String(ca) }),
        ...(cert && { cert: String(cert) }),
        ...(key && { key: String(key) }),
        ...(servername && { servername }),
        ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
      };
    },
    authorization: kept(monotonic, async () => {
      const { headers, auth } = await options();
      const header = (headers as Record<string, string> | undefined)?.['Authorization'];
      return header ?? (auth ? `Basic ${Buffer.from(auth).toString('base64')}` : undefined);
    }),
  };
}

function kept<T>(monotonic: () => number, read: () => Promise<T>): (renew: boolean) => Promise<T> {
  let last: { readonly at: number; readonly value: Promise<T> } | undefined;
  return renew => {
    if (last !== undefined && !renew && monotonic() - last.at < TOKEN_AGE_MS) return last.value;
    const value = read();
    last = { at: monotonic(), value };
    value.catch(() => {
      last = undefined;
    });
    return value;
  };
}

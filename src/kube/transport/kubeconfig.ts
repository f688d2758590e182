import process from 'node:process';
import { KubeConfig } from '@kubernetes/client-node';
import type { Connection } from './connection.ts';
import { kept } from './kept.ts';

/** The cluster of the kubeconfig's present context, with every kind of authentication that kubectl knows. */
export function fromKubeconfig(monotonic: () => number): Connection {
  const config = new KubeConfig();
  try {
    config.loadFromDefault();
  } catch {
    // The parser's own text quotes lines of the file, tokens among them.
    const file = process.env['KUBECONFIG'] ?? '~/.kube/config';
    throw new Error(`the kubeconfig cannot be read: ${file} is missing or is not valid YAML`);
  }
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    throw new Error('no Kubernetes cluster: KUBECONFIG and ~/.kube/config name none, and this is no pod of a cluster');
  }
  const server: unknown = cluster.server;
  if (typeof server !== 'string' || !/^https?:/.test(server) || !URL.canParse(server)) {
    // Else each call would fail as if nobody answered.
    throw new Error(`the kubeconfig's cluster ${JSON.stringify(cluster.name)} has no server such as https://host:6443`);
  }
  const options = async () => {
    const applied: Parameters<typeof config.applyToHTTPSOptions>[0] = {};
    await config.applyToHTTPSOptions(applied);
    return applied;
  };
  const own: unknown = config.getContextObject(config.getCurrentContext())?.namespace;
  return {
    server: server.replace(/\/+$/, ''),
    namespace: process.env['POD_NAMESPACE'] ?? (typeof own === 'string' && own !== '' ? own : 'default'),
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

import { renameSync, writeFileSync } from 'node:fs';

export interface KubeconfigUser {
  readonly server: string;
  readonly certificateAuthority: string;
  readonly token: string;
}

/** Writes a kubeconfig (as JSON, which every reader of kubeconfigs takes) that only its owner may read. */
export function writeKubeconfig(path: string, { server, certificateAuthority, token }: KubeconfigUser): void {
  const name = 'secrets-operator-test';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'certificate-authority': certificateAuthority } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
  };
  // Under its name only once it is whole: programs wait for it.
  writeFileSync(`${path}.new`, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

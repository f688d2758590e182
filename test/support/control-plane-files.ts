import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the processes of a control plane share: paths below its directory, and the token of its administrator. */
export interface ControlPlaneFiles {
  readonly directory: string;
  readonly token: string;
  readonly tokens: string;
  readonly publicKey: string;
  readonly privateKey: string;
  readonly kubeconfig: string;
  /** The API server makes its certificates itself and leaves here what to trust. */
  readonly certificateAuthority: string;
  /** The key of the certificate that it serves with, which stands in `certificateAuthority` too. */
  readonly servingKey: string;
  readonly socket: string;
  readonly peerSocket: string;
  readonly store: string;
}

/** Empties what an earlier control plane left in `directory`, and writes new keys. Throws when its path is too long for sockets. */
export function prepareControlPlaneFiles(directory: string): ControlPlaneFiles {
  const tls = join(directory, 'tls');
  const files: ControlPlaneFiles = {
    directory,
    token: randomBytes(16).toString('hex'),
    tokens: join(directory, 'tokens.csv'),
    publicKey: join(directory, 'service-account.pub'),
    privateKey: join(directory, 'service-account.key'),
    kubeconfig: join(directory, 'kubeconfig'),
    certificateAuthority: join(tls, 'apiserver.crt'),
    servingKey: join(tls, 'apiserver.key'),
    socket: join(directory, 'etcd.sock'),
    peerSocket: join(directory, 'etcd-peer.sock'),
    store: join(directory, 'etcd'),
  };
  if (Buffer.byteLength(files.peerSocket) > 107) {
    throw new Error(`${directory}: too long a path for unix sockets; give a directory whose path has at most 90 bytes`);
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const path of [files.store, tls, files.socket, files.peerSocket]) rmSync(path, { recursive: true, force: true });
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  writeFileSync(files.publicKey, pair.publicKey);
  writeFileSync(files.privateKey, pair.privateKey, { mode: 0o600 });
  writeFileSync(files.tokens, `${files.token},admin,admin,"system:masters"\n`, { mode: 0o600 });
  return files;
}

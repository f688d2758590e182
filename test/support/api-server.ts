import { existsSync, readFileSync } from 'node:fs';
import { get } from 'node:https';
import { dirname } from 'node:path';
import { findBinary } from './binaries.ts';
import type { ControlPlaneFiles } from './control-plane-files.ts';
import { until } from './poll.ts';
import { freePort } from './port.ts';
import { type RunningProcess, startProcess } from './process.ts';

/** The service account issuer, which is also the audience of tokens that ask for none. */
const issuer = 'https://kubernetes.default.svc.cluster.local';

/** The service addresses of every test cluster; the first one is the API server's. */
const serviceRange = '10.96.0.0/16';

/** A kube-apiserver that can be killed and started again at one address. */
export interface ApiServer {
  readonly url: string;
  /** Such as v1.34.4. */
  readonly version: string;
  /** Returns when it is ready. */
  start(): Promise<void>;
  /** Ends it at once: it keeps no state, and asked politely it would wait up to a minute for its watchers. */
  kill(): Promise<void>;
}

export interface ApiServerOptions {
  readonly address: string;
  readonly flags: readonly string[];
}

/** Starts kube-apiserver on a free port of an address, and returns when it is ready. */
export async function startApiServer(files: ControlPlaneFiles, options: ApiServerOptions): Promise<ApiServer> {
  const program = await findBinary('kube-apiserver');
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(options.address);
    const url = `https://${options.address}:${port}`;
    const start = () => launch(program, files, port, options);
    let running: RunningProcess;
    try {
      running = await start();
    } catch (error) {
      // Somebody took the port in the meantime.
      if (attempt < 3 && String(error).includes('address already in use')) continue;
      throw error;
    }
    const version: { gitVersion: string } = JSON.parse((await fetchPath(url, '/version', files)) ?? '');
    return {
      url,
      version: version.gitVersion,
      start: async () => {
        if (!running.isAlive()) running = await start();
      },
      kill: () => running.stop(0),
    };
  }
}

async function launch(
  program: string,
  files: ControlPlaneFiles,
  port: number,
  { address, flags }: ApiServerOptions,
): Promise<RunningProcess> {
  const args = [
    `--etcd-servers=unix://${files.socket}`,
    `--bind-address=${address}`,
    `--advertise-address=${address}`,
    `--secure-port=${port}`,
    `--cert-dir=${dirname(files.certificateAuthority)}`,
    '--authorization-mode=RBAC',
    `--token-auth-file=${files.tokens}`,
    `--service-account-issuer=${issuer}`,
    `--service-account-key-file=${files.publicKey}`,
    `--service-account-signing-key-file=${files.privateKey}`,
    `--service-cluster-ip-range=${serviceRange}`,
    // A loopback address is not allowed as an endpoint, so that keeping endpoints would fail for ever.
    ...(address.startsWith('127.') ? ['--endpoint-reconciler-type=none'] : []),
    ...flags,
  ];
  const server = await startProcess({ name: 'kube-apiserver', program, args, directory: files.directory });
  try {
    await until(`kube-apiserver: ready (see ${server.log})`, { timeoutMs: 60_000 }, async () => {
      await server.assertAlive();
      return (await fetchPath(`https://${address}:${port}`, '/readyz', files)) === 'ok';
    });
  } catch (error) {
    await server.stop(0);
    throw error;
  }
  return server;
}

/** The body of a successful answer, else `undefined`. */
function fetchPath(url: string, path: string, files: ControlPlaneFiles): Promise<string | undefined> {
  if (!existsSync(files.certificateAuthority)) return Promise.resolve(undefined);
  const headers = { authorization: `Bearer ${files.token}` };
  const options = { ca: readFileSync(files.certificateAuthority), headers, agent: false, timeout: 5_000 } as const;
  return new Promise(resolve => {
    const request = get(`${url}${path}`, options, response => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      response.on('error', () => resolve(undefined));
      response.on('end', () => resolve(response.statusCode === 200 ? body : undefined));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}

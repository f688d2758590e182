import { cp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { findBinary } from './binaries.ts';
import type { ControlPlaneFiles } from './control-plane-files.ts';
import { startProcess } from './process.ts';

/** An etcd of one member behind a unix socket. */
export interface Etcd {
  /** How many writes it has had: the API server calls this number resourceVersion. */
  revision(): Promise<string>;
  /** Forgets what there was before a revision, unless it has already. */
  compact(revision: string): Promise<void>;
  /** Copies what is stored to `directory`. To be called while it is stopped. */
  save(directory: string): Promise<void>;
  /** Takes what `save` has copied for its own. To be called while it is stopped. */
  load(directory: string): Promise<void>;
  /** On what is stored, which need not be ready when it returns. To be called while it is stopped. */
  start(): Promise<void>;
  /** Returns when it is gone. Idempotent. */
  stop(): Promise<void>;
}

/** Starts etcd, which need not be ready when this returns: an API server waits for it. */
export async function startEtcd(files: ControlPlaneFiles): Promise<Etcd> {
  const program = await findBinary('etcd');
  const start = () => launch(program, files);
  let running = await start();
  const ask = (path: string, body: object) => askGateway(files.socket, path, body);
  return {
    async revision() {
      const { header } = (await ask('/v3/maintenance/status', {})) as {
        readonly header: { readonly revision: string };
      };
      return header.revision;
    },
    async compact(revision) {
      await ask('/v3/kv/compaction', { revision, physical: true }).catch((error: Error) => {
        if (!error.message.includes('has been compacted')) throw error;
      });
    },
    save: directory => copy(files.store, directory),
    load: directory => copy(directory, files.store),
    async start() {
      running = await start();
    },
    stop: () => running.stop(5_000),
  };
}

async function launch(program: string, files: ControlPlaneFiles) {
  // A single member dials nobody: these addresses, which may not be sockets, are never used.
  const unused = 'http://127.0.0.1:2380';
  const args = [
    '--name=test',
    `--data-dir=${files.store}`,
    '--unsafe-no-fsync',
    `--listen-client-urls=unix://${files.socket}`,
    `--advertise-client-urls=${unused}`,
    `--listen-peer-urls=unix://${files.peerSocket}`,
    `--initial-advertise-peer-urls=${unused}`,
    `--initial-cluster=test=${unused}`,
    '--log-level=warn',
  ];
  return await startProcess({ name: 'etcd', program, args, directory: files.directory });
}

/** A call of etcd's API in JSON (etcd.io/docs/v3.6/dev-guide/api_grpc_gateway). */
async function askGateway(socketPath: string, path: string, body: object): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const call = request({ socketPath, path, method: 'POST', agent: false }, async response => {
    try {
      const answer = await text(response);
      if (response.statusCode === 200) resolve(JSON.parse(answer));
      else reject(new Error(`etcd: ${path} answered ${response.statusCode}: ${answer}`));
    } catch (cause) {
      reject(new Error(`etcd: ${path} broke off its answer`, { cause }));
    }
  });
  call.on('error', cause => reject(new Error(`etcd: ${path} was not answered`, { cause })));
  call.end(JSON.stringify(body));
  return await promise;
}

async function copy(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await cp(from, to, { recursive: true });
}

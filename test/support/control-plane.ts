import { join } from 'node:path';
import { type ApiServer, startApiServer } from './api-server.ts';
import { findBinary } from './binaries.ts';
import { type ControlPlaneFiles, prepareControlPlaneFiles } from './control-plane-files.ts';
import { type Etcd, startEtcd } from './etcd.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { type RunningProcess, startProcess } from './process.ts';
import { endLeftovers } from './process-record.ts';
import { createTeardown } from './teardown.ts';

export interface ControlPlaneOptions {
  /** Data, keys, sockets and logs, of this run only. At most 90 bytes long, because unix sockets allow no longer paths. */
  readonly directory: string;
  /** Default: 127.0.0.1. */
  readonly bindAddress?: string;
  /** What runs beside etcd and kube-apiserver. Default: nothing. */
  readonly components?: readonly Component[];
  /** Further flags of kube-apiserver. */
  readonly apiServerFlags?: readonly string[];
}

type Component = 'controller-manager' | 'scheduler';

/** A Kubernetes control plane without nodes, with RBAC on. */
export interface ControlPlane {
  readonly url: string;
  /** A bearer token of group system:masters. */
  readonly token: string;
  /** The path of an admin kubeconfig. */
  readonly kubeconfig: string;
  /** The path of the PEM file to trust. */
  readonly certificateAuthority: string;
  /** The path of the API server's own key, for what stands before it in its name. */
  readonly servingKey: string;
  /** Such as v1.34.4. */
  readonly version: string;
  /** Makes an outage: connections break at once, what is stored stays. */
  stopApiServer(): Promise<void>;
  /** Ends the outage, at the same address; returns when the API server is ready. */
  startApiServer(): Promise<void>;
  /** The resourceVersion of the last write of all. */
  revision(): Promise<string>;
  /**
   * Forgets what there was before a resourceVersion, the present one by default: whoever still asks for it is told that
   * it has expired (410). An API server with a watch cache (`--watch-cache`) forgets it only when it starts anew.
   */
  compact(revision?: string): Promise<void>;
  /** Saves all that is stored. That takes an outage of some seconds, as putting it back does. */
  snapshot(): Promise<Snapshot>;
  /** Returns when every process is gone. Idempotent. The directory stays. */
  stop(): Promise<void>;
}

/** What was stored at one time. */
export interface Snapshot {
  /** Puts it back in place of what is stored now, as often as it is asked to: resourceVersions go back with it. */
  restore(): Promise<void>;
}

/**
 * Starts a control plane with an empty store; several may run at once. It first ends what a killed run left in the directory.
 * Without the controller manager nobody makes service accounts or collects garbage, and pods need no service account.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { directory, bindAddress: address = '127.0.0.1', components = [], apiServerFlags = [] } = options;
  await endLeftovers(directory);
  const files = prepareControlPlaneFiles(directory);
  // Each one gone before the next, the last one first: no program sees the one it talks to vanish.
  const teardown = createTeardown();
  try {
    const etcd = await startEtcd(files);
    teardown.add(() => etcd.stop());
    const flags = components.includes('controller-manager') ? [] : ['--disable-admission-plugins=ServiceAccount'];
    const api = await startApiServer(files, { address, flags: [...flags, ...apiServerFlags] });
    teardown.add(() => api.kill());
    const { token, kubeconfig, certificateAuthority, servingKey } = files;
    writeKubeconfig(kubeconfig, { server: api.url, certificateAuthority, token });
    for (const component of components) {
      const child = await startComponent(component, files);
      teardown.add(() => child.stop());
    }
    const access = { token, kubeconfig, certificateAuthority, servingKey };
    return { ...describe(api), ...storage(directory, etcd, api), ...access, stop: () => teardown.run() };
  } catch (error) {
    await teardown.run().catch(() => undefined);
    throw error;
  }
}

function describe(api: ApiServer): Pick<ControlPlane, 'url' | 'version' | 'startApiServer' | 'stopApiServer'> {
  return { url: api.url, version: api.version, startApiServer: () => api.start(), stopApiServer: () => api.kill() };
}

function storage(
  directory: string,
  etcd: Etcd,
  api: ApiServer,
): Pick<ControlPlane, 'revision' | 'compact' | 'snapshot'> {
  let snapshots = 0;
  // The API server too: it holds what was stored, and would go on with versions that do not exist any more.
  const whileAway = async (act: () => Promise<void>): Promise<void> => {
    await api.kill();
    await etcd.stop();
    await act();
    await etcd.start();
    await api.start();
  };
  return {
    revision: () => etcd.revision(),
    compact: async revision => etcd.compact(revision ?? (await etcd.revision())),
    async snapshot() {
      snapshots += 1;
      const saved = join(directory, `snapshot-${snapshots}`);
      await whileAway(() => etcd.save(saved));
      return { restore: () => whileAway(() => etcd.load(saved)) };
    },
  };
}

async function startComponent(component: Component, files: ControlPlaneFiles): Promise<RunningProcess> {
  const name = `kube-${component}` as const;
  const args = [`--kubeconfig=${files.kubeconfig}`, '--leader-elect=false', '--secure-port=0'];
  if (component === 'controller-manager') {
    // Without the root CA no pod gets a token volume.
    args.push(`--root-ca-file=${files.certificateAuthority}`);
    args.push(`--service-account-private-key-file=${files.privateKey}`, '--use-service-account-credentials=false');
  }
  return await startProcess({ name, program: await findBinary(name), args, directory: files.directory });
}

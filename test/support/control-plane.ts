import { type ApiServer, startApiServer } from './api-server.ts';
import { findBinary } from './binaries.ts';
import { type ControlPlaneFiles, prepareControlPlaneFiles } from './control-plane-files.ts';
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
  /** Returns when every process is gone. Idempotent. The directory stays. */
  stop(): Promise<void>;
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
    teardown.add(() => etcd.stop(5_000));
    const flags = components.includes('controller-manager') ? [] : ['--disable-admission-plugins=ServiceAccount'];
    const api = await startApiServer(files, { address, flags: [...flags, ...apiServerFlags] });
    teardown.add(() => api.kill());
    const { token, kubeconfig, certificateAuthority, servingKey } = files;
    writeKubeconfig(kubeconfig, { server: api.url, certificateAuthority, token });
    for (const component of components) {
      const child = await startComponent(component, files);
      teardown.add(() => child.stop());
    }
    return { ...describe(api), token, kubeconfig, certificateAuthority, servingKey, stop: () => teardown.run() };
  } catch (error) {
    await teardown.run().catch(() => undefined);
    throw error;
  }
}

function describe(api: ApiServer): Pick<ControlPlane, 'url' | 'version' | 'startApiServer' | 'stopApiServer'> {
  return { url: api.url, version: api.version, startApiServer: () => api.start(), stopApiServer: () => api.kill() };
}

async function startEtcd(files: ControlPlaneFiles): Promise<RunningProcess> {
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
  return await startProcess({ name: 'etcd', program: await findBinary('etcd'), args, directory: files.directory });
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

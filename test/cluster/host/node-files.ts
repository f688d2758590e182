import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runCommand } from '../../support/command.ts';
import { cniConfig, containerdConfig, kubeletConfig, kubeProxyConfig, type NodePaths } from './node-configs.ts';

// Paths that kubelet, containerd and CNI cannot be told to keep elsewhere.
const fixedPaths = ['/run/containerd', '/var/lib/kubelet', '/var/lib/cni', '/var/log/containers'];

// What kubelet sets for the whole machine. It finds files in their place that hold what it wants, and so sets nothing.
const kernelSettings: Readonly<Record<string, string>> = {
  '/proc/sys/vm/overcommit_memory': '1',
  '/proc/sys/vm/panic_on_oom': '0',
  '/proc/sys/kernel/panic': '10',
  '/proc/sys/kernel/panic_on_oops': '1',
  '/proc/sys/kernel/keys/root_maxkeys': '1000000',
  '/proc/sys/kernel/keys/root_maxbytes': '25000000',
};

const stored = [
  'containerd',
  'state',
  'kubelet',
  'fixed',
  'pod-logs',
  'cni-addresses',
  'volume-plugins',
  'containerd.sock',
];

export interface NodeFiles extends NodePaths {
  /** The key of `apiServerCertificate`. */
  readonly apiServerKey: string;
}

/** Writes everything that node.sh reads. `kubeconfig` is the path of a file that may come into being later. */
export async function writeNodeFiles(directory: string, kubeconfig: string): Promise<NodeFiles> {
  const files: NodeFiles = {
    directory,
    kubeconfig,
    socket: join(directory, 'containerd.sock'),
    apiServerCertificate: join(directory, 'apiserver-client.crt'),
    apiServerKey: join(directory, 'apiserver-client.key'),
  };
  removeNodeData(directory);
  // The node waits for it: one of an earlier run would send it to an API server that is gone.
  rmSync(kubeconfig, { force: true });
  mkdirSync(join(directory, 'cni'), { recursive: true, mode: 0o700 });
  await makeCertificate(files);
  writeMounts(directory);
  const write = (name: string, text: string) => writeFileSync(join(directory, name), text, { mode: 0o600 });
  write('resolv.conf', 'nameserver 127.0.0.1\n');
  write('containerd.toml', containerdConfig(files));
  write('cni/pods.conflist', JSON.stringify(cniConfig(files)));
  write('kubelet.json', JSON.stringify(kubeletConfig(files)));
  write('kube-proxy.json', JSON.stringify(kubeProxyConfig(files)));
  return files;
}

/** Removes what a node stored, once it is gone, here and on the rest of the machine. Logs and configurations stay. */
export function removeNodeData(directory: string): void {
  for (const name of stored) rmSync(join(directory, name), { recursive: true, force: true });
  const list = join(directory, 'created');
  if (!existsSync(list)) return;
  for (const path of readFileSync(list, 'utf8').split('\n').filter(Boolean)) {
    // Nothing was written into them, as something else was mounted there for the node.
    if (existsSync(path)) rmdirSync(path);
  }
  rmSync(list);
}

async function makeCertificate({ apiServerCertificate, apiServerKey }: NodeFiles): Promise<void> {
  const kind = [
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '30',
    '-subj',
    '/CN=kube-apiserver',
  ];
  await runCommand(['openssl', 'req', ...kind, '-keyout', apiServerKey, '-out', apiServerCertificate]);
}

function writeMounts(directory: string): void {
  const lines: string[] = [];
  const absent = fixedPaths.filter(path => !existsSync(path));
  writeFileSync(join(directory, 'created'), absent.join('\n'));
  for (const path of fixedPaths) {
    const source = join(directory, 'fixed', basename(path));
    mkdirSync(source, { recursive: true });
    mkdirSync(path, { recursive: true });
    lines.push(`${source} ${path}`);
  }
  for (const [path, value] of Object.entries(kernelSettings)) {
    const source = join(directory, `setting-${basename(path)}`);
    writeFileSync(source, `${value}\n`);
    if (existsSync(path)) lines.push(`${source} ${path}`);
  }
  writeFileSync(join(directory, 'mounts'), `${lines.join('\n')}\n`);
}

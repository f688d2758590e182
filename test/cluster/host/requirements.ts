import { fileURLToPath } from 'node:url';
import { findBinary, type Program } from '../../support/binaries.ts';
import { runCommand, succeeds } from '../../support/command.ts';

const installScript = fileURLToPath(new URL('../install.sh', import.meta.url));
const programs: readonly Program[] = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'kubectl',
  'helm',
];

/** What keeps this machine from being the node of a cluster, each with the way out; empty when nothing does. */
export async function missingForHost(): Promise<string[]> {
  if (process.platform !== 'linux') return [`the host provider needs Linux (this is ${process.platform}): use kind`];
  if (process.getuid?.() !== 0) return ['the host provider needs root: run it with sudo, or use kind'];
  const missing: string[] = [];
  const packages = (await runCommand([installScript, '--missing'])).split('\n').filter(Boolean);
  if (packages.length > 0) missing.push(`Debian packages ${packages.join(' ')}: run test/cluster/install.sh host`);
  for (const program of programs) {
    const problem = await findBinary(program).then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (problem) missing.push(problem);
  }
  // Having root's name is not having root's rights, as in a container.
  if (packages.length === 0 && !(await succeeds(['unshare', '--mount', '--net', '--pid', '--fork', 'true']))) {
    missing.push('the right to make namespaces: run it outside a container, or in a privileged one');
  }
  return missing;
}

import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './command.ts';

const buildScript = fileURLToPath(new URL('../cluster/tools/build.sh', import.meta.url));

/** Each program and the tool set (a folder of test/cluster/tools) that builds it. */
const toolSets = {
  etcd: 'etcd',
  'kube-apiserver': 'kubernetes',
  'kube-controller-manager': 'kubernetes',
  'kube-scheduler': 'kubernetes',
  'kube-proxy': 'kubernetes',
  kubelet: 'kubernetes',
  kubectl: 'kubernetes',
  helm: 'helm',
  kwok: 'kwok',
  kind: 'kind',
  'rollouts-controller': 'argo-rollouts',
} as const;

export type Program = keyof typeof toolSets;

/**
 * The path of a program: that of `KUBEBUILDER_ASSETS` where this is set and has it; else an installed etcd or kube-apiserver of
 * the minor version that is pinned; else what test/cluster/tools/build.sh has built; else an installed kubectl, helm or kind.
 * Throws an error with the command that builds it.
 */
export async function findBinary(program: Program, environment = process.env): Promise<string> {
  const assets = environment['KUBEBUILDER_ASSETS'];
  if (assets && (await isExecutable(join(assets, program)))) return join(assets, program);
  const set = toolSets[program];
  const path = environment['PATH'] ?? '';
  if (program === 'etcd' || program === 'kube-apiserver') {
    const installed = await findInstalled(program, path, hasMinor(await pinnedVersion(set)));
    if (installed) return installed;
  }
  const built = join(await ask('--path', set), program);
  if (await isExecutable(built)) return built;
  if (program === 'kubectl' || program === 'helm' || program === 'kind') {
    const installed = await findInstalled(program, path, async () => true);
    if (installed) return installed;
  }
  throw new Error(`${program} is not built: run test/cluster/tools/build.sh ${set} (looked for ${built})`);
}

/** The path of a file that a tool set holds beside its programs. Throws an error with the command that builds it. */
export async function findToolFile(set: string, name: string): Promise<string> {
  const file = join(await ask('--path', set), name);
  await access(file, constants.R_OK).catch(() => {
    throw new Error(`${name} is not there: run test/cluster/tools/build.sh ${set} (looked for ${file})`);
  });
  return file;
}

/** The version of a tool set, such as v1.34.4. */
function pinnedVersion(set: (typeof toolSets)[Program]): Promise<string> {
  return ask('--version', set);
}

async function findInstalled(
  program: Program,
  path: string,
  isSuitable: (candidate: string) => Promise<boolean>,
): Promise<string | undefined> {
  for (const directory of path.split(delimiter).filter(Boolean)) {
    const candidate = join(directory, program);
    if ((await isExecutable(candidate)) && (await isSuitable(candidate))) return candidate;
  }
  return undefined;
}

function hasMinor(pinned: string): (candidate: string) => Promise<boolean> {
  const minor = pinned.match(/\d+\.\d+/)?.[0];
  return async candidate => (await runCommand([candidate, '--version'])).match(/\d+\.\d+/)?.[0] === minor;
}

async function ask(...args: string[]): Promise<string> {
  return (await runCommand([buildScript, ...args])).trim();
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

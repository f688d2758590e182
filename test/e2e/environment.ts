import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { createImageBuilder } from '../cluster/image-builder.ts';
import { buildOperatorImage, buildWorkloadImage } from '../cluster/images.ts';
import { type AwsAdmin, createAwsAdmin } from '../support/aws-admin.ts';
import { chartValues } from '../support/chart-values.ts';
import { runCommand } from '../support/command.ts';
import { type AwsFaultProxy, startAwsFaultProxy } from '../support/fault-proxy/fault-proxy.ts';
import { createKubectl, type Kubectl } from '../support/kubectl.ts';
import { startMoto } from '../support/moto.ts';
import { createTeardown } from '../support/teardown.ts';
import { startArgoRollouts } from './argo-rollouts.ts';

const ROOT = path.join(import.meta.dirname, '../..');

const CHART = path.join(ROOT, 'charts/secrets-operator');
export const SAMPLES = path.join(ROOT, 'config/samples');
export const NAMESPACE = 'secrets-operator';
export const PRIMARY = 'eu-west-1';
export const SECONDARY = 'eu-central-1';
export const ROLE = 'arn:aws:iam::123456789012:role/secrets-operator';

export interface Environment {
  readonly cluster: Cluster;
  readonly kubectl: Kubectl;
  helm(...args: readonly string[]): Promise<string>;
  /** Installs or upgrades the operator, and waits until it is ready. */
  install(): Promise<void>;
  readonly aws: Readonly<Record<typeof PRIMARY | typeof SECONDARY, AwsAdmin>>;
  /** What the operator talks to in place of AWS. */
  readonly faults: AwsFaultProxy;
  /** Runs the shell block of the README that holds `text`, against this cluster; returns what it prints. */
  readme(text: string): Promise<string>;
  stop(): Promise<void>;
}

/** A cluster that runs containers, the project's own images in it, and AWS in two regions; the operator is not installed. */
export async function startEnvironment(): Promise<Environment> {
  const teardown = createTeardown();
  const log = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  try {
    const directory = await mkdtemp(path.join(tmpdir(), 'so-e2e-'));
    teardown.add(() => rm(directory, { recursive: true, force: true }));
    const cluster = await startCluster({ directory: path.join(directory, 'c'), log });
    teardown.add(() => cluster.stop());
    if (!cluster.runsContainers) {
      throw new Error(
        'this suite needs a cluster that runs containers: kind (a Docker engine), or host (root on Debian)',
      );
    }
    const builder = await createImageBuilder(log);
    await cluster.importImage(await buildWorkloadImage(builder));
    await cluster.importImage(await buildOperatorImage(builder, { context: ROOT, tag: `${IMAGE}:e2e` }));

    const { hostAddress: address } = cluster;
    const region = async (name: string) => {
      const moto = await startMoto({ directory: path.join(directory, name), address });
      teardown.add(() => moto.stop());
      return { url: moto.url, admin: createAwsAdmin(moto.url, name) };
    };
    const [primary, secondary] = [await region(PRIMARY), await region(SECONDARY)];
    const faults = await startAwsFaultProxy({ aws: { [PRIMARY]: primary.url, [SECONDARY]: secondary.url }, address });
    teardown.add(() => faults.stop());
    const { kubeconfig } = cluster;
    const kubectl = createKubectl(cluster.binaries.kubectl, kubeconfig);
    teardown.add(await startArgoRollouts({ kubeconfig, kubectl, directory }));
    const helm = [cluster.binaries.helm, '--kubeconfig', kubeconfig];
    const values = chartValues({
      image: { repository: IMAGE, tag: 'e2e' },
      regions: [PRIMARY, SECONDARY],
      urls: faults.aws,
      role: ROLE,
    });
    const install = ['upgrade', '--install', 'secrets-operator', CHART, '--values', '-', '--wait', '--timeout', '60s'];
    return {
      cluster,
      kubectl,
      helm: (...args) => runCommand([...helm, ...args]),
      install: async () => {
        await runCommand([...helm, ...install, '--namespace', NAMESPACE], { input: JSON.stringify(values) });
      },
      aws: { [PRIMARY]: primary.admin, [SECONDARY]: secondary.admin },
      faults,
      readme: text => runReadme(text, cluster),
      stop: () => teardown.run(),
    };
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

async function runReadme(text: string, { kubeconfig, binaries }: Cluster): Promise<string> {
  const readme = await readFile(path.join(ROOT, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(match => match[1] ?? '');
  const found = blocks.filter(block => block.includes(text));
  const [block] = found;
  if (block === undefined || found.length > 1) throw new Error(`${found.length} blocks of the README hold ${text}`);
  const PATH = `${path.dirname(binaries.kubectl)}:${process.env['PATH']}`;
  return await runCommand(['bash', '-euo', 'pipefail', '-c', block], {
    env: { KUBECONFIG: kubeconfig, PATH },
    cwd: ROOT,
  });
}

const IMAGE = 'secrets-operator.io/test/operator';

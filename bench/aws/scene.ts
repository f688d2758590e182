import path from 'node:path';
import { type Cluster, create, createAwsSecrets, createNamespace, NAMESPACE, startCluster } from '../cluster.ts';
import { type ColdSync, measureColdSync } from '../cold-sync.ts';
import { type MachineLoad, watchMachine } from '../machine-load.ts';
import { startObserver } from '../observer.ts';
import { startOperatorProcess } from '../operator-process.ts';
import { type RunPlace, say } from '../program.ts';
import { type Standin, startStandin } from '../standin.ts';
import type { Subject } from '../subject.ts';
import type { BenchObject } from './objects.ts';

export interface SceneOptions extends RunPlace {
  readonly name: string;
  /** The primary first. */
  readonly regions: readonly [string, ...string[]];
  readonly objects: readonly BenchObject[];
  /** Of the operator's process. */
  readonly nodeFlags: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** An operator that has just synced everything, with a control plane and stand-ins of its own. */
export interface Scene {
  readonly subject: Subject;
  readonly cluster: Cluster;
  readonly cold: ColdSync;
  /** What the machine has done since the operator was started. */
  load(): MachineLoad;
}

/** Starts all of it, the operator last, and waits until every status is written; `teardown` ends it. */
export async function setScene(options: SceneOptions): Promise<Scene> {
  const { name, objects, teardown, nodeFlags, environment = {} } = options;
  const [primary, ...others] = options.regions;
  const directory = path.join(options.directory, name);
  const cluster = await startCluster(directory, teardown);
  const start = async (region: string): Promise<Standin> => {
    const standin = await startStandin(directory, region);
    teardown.add(() => standin.stop());
    return standin;
  };
  const standins = [await start(primary), ...(await Promise.all(others.map(start)))] as const;
  const secretIds = objects.map(({ secretId }) => secretId);
  const [passwords = {}] = await Promise.all(standins.map(standin => standin.rotate(secretIds)));
  await createNamespace(cluster);
  await createServiceAccounts(cluster, objects);
  await createAwsSecrets(cluster, objects);
  const observer = await startObserver(cluster.transport, teardown);

  say(`${name}: ${objects.length} AwsSecrets, cold sync`);
  const load = await watchMachine(directory);
  const { kubeconfig } = cluster;
  const operator = await startOperatorProcess({ kubeconfig, standins, directory, teardown, nodeFlags, environment });
  const subject: Subject = { operator, standins, observer };
  return { subject, cluster, cold: await measureColdSync(subject, passwords), load };
}

async function createServiceAccounts(cluster: Cluster, objects: readonly BenchObject[]): Promise<void> {
  const names = new Set(objects.flatMap(({ serviceAccount }) => serviceAccount ?? []));
  const path = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`;
  for (const name of names) await create(cluster, path, { metadata: { name } });
}

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { endpointsOf } from '../support/chart-values.ts';
import { startProcess } from '../support/process.ts';
import { endLeftovers } from '../support/process-record.ts';
import { regions, role } from './aws.ts';
import {
  audience,
  bundle,
  checkout,
  type OperatorOptions,
  operatorName,
  processDirectory,
  restrictedNamespace,
} from './operator.ts';
import { type Stage, until } from './stage.ts';

/** Runs the operator's bundle on this machine, beside a cluster that runs no containers. Returns when it is ready. */
export async function startOperatorProcess(stage: Stage, { cluster, kubectl, aws }: OperatorOptions): Promise<void> {
  const { narrator, teardown } = stage;
  const { say } = narrator;
  say(
    'No container runs in this cluster: the operator runs as a process on this machine, with the KUBECONFIG of an admin',
  );
  await kubectl.apply(restrictedNamespace(operatorName));
  await kubectl.run('apply', '--server-side', '--filename', join(checkout, 'charts/secrets-operator/files/crds'));
  const definition = 'customresourcedefinition/awssecrets.secrets-operator.io';
  await kubectl.run('wait', '--for=condition=Established', definition, '--timeout=30s');
  say("The chart's custom resource definitions are applied");

  const directory = processDirectory(stage.directory);
  const endpoints = Object.entries(endpointsOf(aws.urls)).map(entry => entry.join('='));
  const args = [
    '--disable-sigusr1',
    bundle,
    `--regions=${regions.join(',')}`,
    `--aws-endpoints=${endpoints.join(',')}`,
    '--bind-address=127.0.0.1:0',
  ];
  const env = {
    KUBECONFIG: cluster.kubeconfig,
    POD_NAMESPACE: operatorName,
    AWS_ROLE_ARN: role,
    AWS_WEB_IDENTITY_TOKEN_FILE: await writeToken(stage, kubectl),
  };
  await endLeftovers(directory);
  const program = process.execPath;
  const operator = await startProcess({ name: 'operator', program, args, directory, env, truncate: true });
  teardown.add(() => operator.stop());
  await until(stage, `the operator: ready (see ${operator.log})`, 60_000, async () => {
    await operator.assertAlive();
    const address = /"address":"([^"]+)"/.exec(await readFile(operator.log, 'utf8'))?.[1];
    return address !== undefined && (await isReady(`http://${address}/readyz`));
  });
  say(`The operator is ready, as process ${operator.pid}`);
}

/** Writes a token of a ServiceAccount, as a pod with IRSA has one; returns the path of its file. */
async function writeToken({ directory }: Stage, kubectl: OperatorOptions['kubectl']): Promise<string> {
  const metadata = { name: operatorName, namespace: operatorName };
  await kubectl.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  const flags = ['--namespace', operatorName, '--audience', audience, '--duration', '24h'];
  const path = join(directory, 'token');
  await writeFile(path, await kubectl.run('create', 'token', operatorName, ...flags), { mode: 0o600 });
  return path;
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

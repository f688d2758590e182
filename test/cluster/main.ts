import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheDirectory } from '../support/cache.ts';
import { until } from '../support/poll.ts';
import { readRecord, writeRecord } from '../support/process-record.ts';
import { type Cluster, type Provider, startCluster } from './cluster.ts';

const usage = `A Kubernetes cluster for trying things out.

  node test/cluster/main.ts up   [--provider kind|host|kwok] [--directory DIR]        runs one until Ctrl-C
  node test/cluster/main.ts run  [--provider …] [--directory DIR] -- COMMAND…         runs one for as long as a command
  node test/cluster/main.ts down [--directory DIR]                                    ends what up or run started elsewhere
`;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

interface Invocation {
  readonly action: string | undefined;
  readonly command: readonly string[];
  readonly provider: Provider | undefined;
  readonly directory: string;
  readonly owner: string;
}

function readInvocation(): Invocation {
  const separator = process.argv.indexOf('--');
  const args = process.argv.slice(2, separator < 0 ? undefined : separator);
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { provider: { type: 'string' }, directory: { type: 'string' } },
  });
  const directory = resolve(values.directory ?? join(cacheDirectory(), 'cluster'));
  return {
    action: positionals[0],
    command: separator < 0 ? [] : process.argv.slice(separator + 1),
    // The only place that takes it from outside: a wrong name is refused by startCluster.
    provider: values.provider as Provider | undefined,
    directory,
    owner: join(directory, 'owner'),
  };
}

/** Starts a cluster, waits for `during`, and stops the cluster however that ends; SIGINT and SIGTERM end it early. */
async function withCluster(
  invocation: Invocation,
  during: (cluster: Cluster, interrupted: Promise<void>) => Promise<number>,
) {
  const { provider, directory, owner } = invocation;
  const interrupted = new Promise<void>(done => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => done());
  });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const running = readRecord(owner);
  if (running !== undefined)
    throw new Error(
      `process ${running} runs a cluster in ${directory}: end it with \`down\`, or give another --directory`,
    );
  writeRecord(owner, process.pid);
  try {
    const cluster = await startCluster({ directory, log: print, ...(provider === undefined ? {} : { provider }) });
    try {
      return await during(cluster, interrupted);
    } finally {
      print('Stopping');
      await cluster.stop();
    }
  } finally {
    rmSync(owner, { force: true });
  }
}

async function up(invocation: Invocation): Promise<number> {
  return await withCluster(invocation, async (cluster, interrupted) => {
    print(`Kubernetes ${cluster.version} by ${cluster.provider}; pods reach this machine at ${cluster.hostAddress}`);
    if (!cluster.runsContainers) print('Its nodes and pods are simulated: no container runs.');
    print(`export KUBECONFIG=${cluster.kubeconfig}`);
    print('Ctrl-C stops it.');
    // A promise alone does not keep the process running.
    const timer = setInterval(() => undefined, 60_000);
    await interrupted;
    clearInterval(timer);
    return 0;
  });
}

async function run(invocation: Invocation): Promise<number> {
  const [program, ...args] = invocation.command;
  if (program === undefined) throw new Error('run needs a command behind --');
  return await withCluster(invocation, async (cluster, interrupted) => {
    const env = { ...process.env, KUBECONFIG: cluster.kubeconfig, CLUSTER_HOST_ADDRESS: cluster.hostAddress };
    const child = spawn(program, args, { stdio: 'inherit', env });
    void interrupted.then(() => child.kill('SIGTERM'));
    const [code] = await once(child, 'exit');
    return code ?? 1;
  });
}

async function down({ directory, owner }: Invocation): Promise<number> {
  const pid = readRecord(owner);
  if (pid === undefined) {
    print(`Nothing runs in ${directory}`);
    return 0;
  }
  process.kill(pid, 'SIGTERM');
  await until(`the end of process ${pid}`, { timeoutMs: 120_000 }, () => readRecord(owner) === undefined);
  print(`Stopped the cluster in ${directory}`);
  return 0;
}

async function main(): Promise<number> {
  const invocation = readInvocation();
  switch (invocation.action) {
    case 'up':
      return await up(invocation);
    case 'run':
      return await run(invocation);
    case 'down':
      return await down(invocation);
    default:
      process.stderr.write(usage);
      return 2;
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

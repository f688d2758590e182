import path from 'node:path';
import process from 'node:process';
import { imageFlags } from '../test/support/image-flags.ts';
import { until } from '../test/support/poll.ts';
import { freePort } from '../test/support/port.ts';
import { startProcess } from '../test/support/process.ts';
import type { Teardown } from '../test/support/teardown.ts';
import { BUNDLE } from './bundle.ts';
import { createUsageReader, type UsageReader } from './process-usage.ts';
import type { Standin } from './standin.ts';

/** The operator's bundle as a process outside the cluster. */
export interface OperatorProcess extends UsageReader {
  /** On the clock of `performance.now()`, before the process existed. */
  readonly startedAtMs: number;
  readonly pid: number;
  /** Seconds from the start until /readyz said so. */
  readonly ready: Promise<number>;
  /** Throws an error with the end of its log when it is gone. */
  assertAlive(): Promise<void>;
  stop(): Promise<void>;
}

export interface OperatorOptions {
  readonly kubeconfig: string;
  /** One for each region, in the order in which they are asked. */
  readonly standins: readonly Standin[];
  readonly directory: string;
  readonly teardown: Teardown;
  /** Flags of node. */
  readonly nodeFlags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const READY_MS = 60_000;
const SERVICES = ['secretsmanager', 'sts'];

export async function startOperatorProcess(options: OperatorOptions): Promise<OperatorProcess> {
  const { kubeconfig, standins, directory, teardown, nodeFlags = [] } = options;
  const address = `127.0.0.1:${await freePort()}`;
  // Nothing of the caller's environment may change what is measured.
  const environment = {
    HOME: directory,
    KUBECONFIG: kubeconfig,
    SECRETS_OPERATOR_REGIONS: standins.map(({ region }) => region).join(','),
    SECRETS_OPERATOR_AWS_ENDPOINTS: standins.flatMap(endpointsOf).join(','),
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    NODE_ENV: 'production',
    ...options.environment,
  };
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const program = [path.join(BUNDLE, 'operator.mjs'), `--bind-address=${address}`];
  const node = [process.execPath, ...imageFlags(), ...nodeFlags, ...program];
  const startedAtMs = performance.now();
  const args = ['-i', ...variables, ...node];
  const running = await startProcess({ name: 'operator', program: 'env', args, directory });
  teardown.add(() => running.stop());

  const probe = async (): Promise<boolean> => {
    await running.assertAlive();
    return fetch(`http://${address}/readyz`).then(
      response => response.ok,
      () => false,
    );
  };
  const ready = until(`the operator: ready (see ${running.log})`, { timeoutMs: READY_MS, intervalMs: 10 }, probe).then(
    () => (performance.now() - startedAtMs) / 1000,
  );
  // Whoever awaits it later learns of the failure; until then it must not end this process.
  ready.catch(() => undefined);
  const usage = await createUsageReader(running.pid);
  const { pid } = running;
  return { ...usage, startedAtMs, pid, ready, assertAlive: () => running.assertAlive(), stop: () => running.stop() };
}

function endpointsOf({ url, region }: Standin): readonly string[] {
  return SERVICES.map(service => `${service}/${region}=${url}`);
}

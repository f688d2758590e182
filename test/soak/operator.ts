import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import path from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { until } from '../support/poll.ts';
import { freePort } from '../support/port.ts';
import { startProcess } from '../support/process.ts';
import type { Teardown } from '../support/teardown.ts';
import type { ObjectCounts, Sample } from './sample.ts';

export interface OperatorOptions {
  /** What node runs: the bundle. */
  readonly program: string;
  readonly kubeconfig: string;
  readonly awsUrl: string;
  readonly namespaces: readonly string[];
  /** After how many events it takes a sample by itself. */
  readonly step: number;
  /** Has it hold on to something for every event. */
  readonly isLeaking: boolean;
  readonly directory: string;
  readonly teardown: Teardown;
}

/** The operator as users run it, and the probe within its process. */
export interface SoakedOperator {
  /** How many watch events it has received so far. */
  received(): number;
  /** All samples so far, those that were asked for too. */
  samples(): Promise<readonly Sample[]>;
  /** Takes one now. */
  sample(): Promise<Sample>;
  countObjects(): Promise<ObjectCounts>;
  /** The sum of a metric over the series whose labels hold `label`. */
  metric(name: string, label?: string): Promise<number>;
  /** The events of its log that must never be. */
  defects(): Promise<readonly string[]>;
  /** Throws an error with the end of its log when it is gone. */
  assertAlive(): Promise<void>;
  stop(): Promise<void>;
}

/** What the probe writes. */
type Line = Sample | ObjectCounts;

const READY_MS = 120_000;
const SAMPLE_MS = 60_000;
const DEFECTS = /uncaught exception|handler threw|reflector failed|cannot be read|panic/;

export async function startSoakedOperator(options: OperatorOptions): Promise<SoakedOperator> {
  const { program, kubeconfig, awsUrl, namespaces, step, isLeaking, directory, teardown } = options;
  const address = `127.0.0.1:${await freePort()}`;
  const file = path.join(directory, 'samples.jsonl');
  const receivedFile = path.join(directory, 'received');
  const environment = {
    HOME: directory,
    KUBECONFIG: kubeconfig,
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: awsUrl,
    AWS_ACCESS_KEY_ID: 'soak',
    AWS_SECRET_ACCESS_KEY: 'soak',
    NODE_ENV: 'production',
    SOAK_SAMPLES: file,
    SOAK_RECEIVED: receivedFile,
    SOAK_STEP: String(step),
    ...(isLeaking && { SOAK_LEAK: 'yes' }),
  };
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const probe = path.join(import.meta.dirname, 'probe.ts');
  const node = [process.execPath, '--disable-sigusr1', '--expose-gc', '--import', probe, program];
  const flags = [`--bind-address=${address}`, `--watch-namespaces=${namespaces.join(',')}`];
  const args = ['-i', ...variables, ...node, ...flags];
  const running = await startProcess({ name: 'operator', program: 'env', args, directory });
  teardown.add(() => running.stop());
  await until(`the operator: ready (see ${running.log})`, { timeoutMs: READY_MS }, async () => {
    await running.assertAlive();
    return fetchText(address, '/readyz').then(
      () => true,
      () => false,
    );
  });

  const written = async (): Promise<readonly Line[]> => {
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(0, -1);
    return lines.map(line => JSON.parse(line));
  };
  const samples = async (): Promise<readonly Sample[]> => (await written()).filter(isSample);
  /** Has the probe write something, and returns it. */
  const ask = async <T extends Line>(signal: NodeJS.Signals, isIt: (line: Line) => line is T): Promise<T> => {
    await running.assertAlive();
    const before = (await written()).length;
    process.kill(running.pid, signal);
    const wait = { timeoutMs: SAMPLE_MS, intervalMs: 100 };
    const answer = async () => (await written()).slice(before).find(line => isIt(line));
    return (await until(`an answer to ${signal} (see ${running.log})`, wait, answer)) as T;
  };
  return {
    received: () => Number(readFileSync(receivedFile, 'utf8')),
    samples,
    sample: () => ask('SIGUSR2', isSample),
    countObjects: () => ask('SIGWINCH', isObjectCounts),
    async metric(name, label = '') {
      const lines = (await fetchText(address, '/metrics')).split('\n');
      const series = lines.filter(line => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
      return series
        .filter(line => line.includes(label))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
    },
    async defects() {
      const lines = (await readFile(running.log, 'utf8')).split('\n');
      return lines.filter(line => DEFECTS.test(line));
    },
    assertAlive: () => running.assertAlive(),
    stop: () => running.stop(),
  };
}

function isSample(line: Line): line is Sample {
  return 'heapBytes' in line;
}

function isObjectCounts(line: Line): line is ObjectCounts {
  return 'signals' in line;
}

/** The body of a good answer, over a connection that ends with it: none is left to be counted. Rejects else. */
function fetchText(address: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(`http://${address}${path}`, { agent: false, timeout: 10_000 }, response => {
      const body = text(response);
      if (response.statusCode === 200) body.then(resolve, reject);
      else body.then(said => reject(new Error(`${path}: ${response.statusCode} ${said}`)), reject);
    });
    request.on('timeout', () => request.destroy(new Error(`${path}: no answer`)));
    request.on('error', reject);
  });
}

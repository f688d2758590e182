import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import type { KubeAccess } from '../test/support/kube-admin.ts';
import { until } from '../test/support/poll.ts';
import { startProcess } from '../test/support/process.ts';
import type { Teardown } from '../test/support/teardown.ts';

/** What the bound took for the same objects. */
export interface Bound {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export interface BoundOptions {
  readonly n: number;
  /** A namespace that does not exist yet. */
  readonly namespace: string;
  readonly kube: KubeAccess;
  readonly awsUrl: string;
  readonly directory: string;
  readonly teardown: Teardown;
}

const DEADLINE_MS = 330_000;

/** Runs the bound in a process of its own, so that its CPU time is counted alone. Throws with the end of its log. */
export async function runBound({ n, namespace, kube, awsUrl, directory, teardown }: BoundOptions): Promise<Bound> {
  const running = await startProcess({
    name: namespace,
    program: process.execPath,
    args: [path.join(import.meta.dirname, 'bound.ts'), String(n), namespace],
    directory,
    env: { API_URL: kube.url, API_TOKEN: kube.token, API_CA: kube.certificateAuthority, AWS_ENDPOINT_URL: awsUrl },
  });
  teardown.add(() => running.stop());
  await until(`${namespace}: ends (see ${running.log})`, { timeoutMs: DEADLINE_MS }, () => !running.isAlive());
  const lines = (await readFile(running.log, 'utf8')).trimEnd().split('\n');
  const last = lines.at(-1) ?? '';
  if (!last.startsWith('{"seconds"')) throw new Error(`${namespace} failed:\n${lines.slice(-15).join('\n')}`);
  return JSON.parse(last);
}

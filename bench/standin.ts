import path from 'node:path';
import process from 'node:process';
import { until } from '../test/support/poll.ts';
import { freePort } from '../test/support/port.ts';
import { startProcess } from '../test/support/process.ts';
import type { Activity, Calls } from './standin-counts.ts';

/** The password that a secret holds, by the secret's name. */
export type Passwords = Readonly<Record<string, string>>;

/** The AWS stand-in of one region, in a process of its own. Those that are told the same hold the same. */
export interface Standin {
  readonly url: string;
  readonly region: string;
  /** Makes `n` secrets named `<prefix>0`, `<prefix>1`, …. */
  seed(n: number, prefix: string): Promise<Passwords>;
  /** Gives each a new value; what is not there is made. */
  rotate(names: readonly string[]): Promise<Passwords>;
  /** Refuses this share of the calls, 0 to 1, as AWS does when it is asked too often. */
  throttle(share: number): Promise<void>;
  /** While on, connections are accepted and no call is answered. */
  blackHole(isOn: boolean): Promise<void>;
  counts(): Promise<Calls>;
  /** The same for each role, or access key where it belongs to none. */
  callers(): Promise<Readonly<Record<string, Calls>>>;
  activity(): Promise<Activity>;
  resetCounts(): Promise<void>;
  /** Returns when the process is gone. Idempotent. */
  stop(): Promise<void>;
}

export const REGION = 'us-east-1';

export async function startStandin(directory: string, region = REGION): Promise<Standin> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = [path.join(import.meta.dirname, 'aws-standin.ts'), String(port), region];
  const name = `aws-standin-${region}`;
  const running = await startProcess({ name, program: process.execPath, args, directory });
  const control = async <T>(name: string, body: unknown = {}): Promise<T> => {
    const signal = AbortSignal.timeout(30_000);
    const response = await fetch(`${url}/_${name}`, { method: 'POST', body: JSON.stringify(body), signal });
    if (!response.ok) throw new Error(`the AWS stand-in refused ${name} with ${response.status}; see ${running.log}`);
    return (await response.json()) as T;
  };
  try {
    await until(`the AWS stand-in: answers (see ${running.log})`, { timeoutMs: 20_000 }, async () => {
      await running.assertAlive();
      return control('counts').then(
        () => true,
        () => false,
      );
    });
  } catch (error) {
    await running.stop();
    throw error;
  }
  return {
    url,
    region,
    seed: (n, prefix) => control('seed', { n, prefix }),
    rotate: names => control('rotate', { names }),
    throttle: share => control('throttle', { share }),
    blackHole: on => control('blackhole', { on }),
    counts: () => control('counts'),
    callers: () => control('callers'),
    activity: () => control('activity'),
    resetCounts: () => control('reset'),
    stop: () => running.stop(),
  };
}

import path from 'node:path';
import process from 'node:process';
import { until } from '../test/support/poll.ts';
import { freePort } from '../test/support/port.ts';
import { startProcess } from '../test/support/process.ts';

/** Calls by AWS action, throttled ones too. */
export type Calls = Readonly<Record<string, number>>;
/** The password that a secret holds, by the secret's name. */
export type Passwords = Readonly<Record<string, string>>;

/** The AWS stand-in, in a process of its own. */
export interface Standin {
  readonly url: string;
  /** Makes `n` secrets named `<prefix>0`, `<prefix>1`, …. */
  seed(n: number, prefix: string): Promise<Passwords>;
  rotate(names: readonly string[]): Promise<Passwords>;
  /** Refuses this share of the calls, 0 to 1, as AWS does when it is asked too often. */
  throttle(share: number): Promise<void>;
  counts(): Promise<Calls>;
  resetCounts(): Promise<void>;
  /** Returns when the process is gone. Idempotent. */
  stop(): Promise<void>;
}

export async function startStandin(directory: string): Promise<Standin> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = [path.join(import.meta.dirname, 'aws-standin.ts'), String(port)];
  const running = await startProcess({ name: 'aws-standin', program: process.execPath, args, directory });
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
    seed: (n, prefix) => control('seed', { n, prefix }),
    rotate: names => control('rotate', { names }),
    throttle: share => control('throttle', { share }),
    counts: () => control('counts'),
    resetCounts: () => control('reset'),
    stop: () => running.stop(),
  };
}

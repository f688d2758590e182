import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { until } from '../support/poll.ts';
import { startProcess } from '../support/process.ts';
import type { Teardown } from '../support/teardown.ts';
import type { FaultServerOptions, ProxyCounts } from './fault-server.ts';

/** The fault proxy, in a process of its own. */
export interface Faults {
  /** URLs at which the operator reaches the API server, and AWS in each region. */
  readonly kube: string;
  readonly aws: Readonly<Record<string, string>>;
  /** Cuts watches and fails calls, until `calm`. */
  storm(): Promise<void>;
  /** Ends the storm and breaks every connection, so that none is left that has met it. */
  calm(): Promise<void>;
  /** Breaks every connection at once. */
  disconnect(): Promise<void>;
  counts(): Promise<ProxyCounts>;
}

interface Addresses {
  readonly control: string;
  readonly kube: string;
  readonly aws: Readonly<Record<string, string>>;
}

export async function startFaults(options: FaultServerOptions, directory: string, teardown: Teardown): Promise<Faults> {
  const running = await startProcess({
    name: 'fault-server',
    program: process.execPath,
    args: [path.join(import.meta.dirname, 'fault-server.ts')],
    directory,
    env: { SOAK_UPSTREAM: JSON.stringify(options) },
  });
  teardown.add(() => running.stop(0));
  const { control, kube, aws } = await until(
    `the fault proxy: listens (see ${running.log})`,
    { timeoutMs: 20_000 },
    async () => {
      await running.assertAlive();
      const line = (await readFile(running.log, 'utf8')).split('\n').find(text => text.startsWith('{"control"'));
      return line === undefined ? undefined : (JSON.parse(line) as Addresses);
    },
  );
  const ask = async (action: string): Promise<unknown> => {
    await running.assertAlive();
    const answer = await fetch(`${control}/${action}`, { method: 'POST' });
    if (!answer.ok) throw new Error(`the fault proxy answered ${action} with ${answer.status}; see ${running.log}`);
    return await answer.json();
  };
  return {
    ...{ kube, aws },
    storm: async () => void (await ask('storm')),
    calm: async () => void (await ask('calm')),
    disconnect: async () => void (await ask('disconnect')),
    counts: async () => (await ask('counts')) as ProxyCounts,
  };
}

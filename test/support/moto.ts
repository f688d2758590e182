import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './command.ts';
import { until } from './poll.ts';
import { startProcess } from './process.ts';
import { endLeftovers } from './process-record.ts';

const installScript = fileURLToPath(new URL('../cluster/install.sh', import.meta.url));

export interface MotoOptions {
  /** For the log and the process record of this server only. */
  readonly directory: string;
  /** Default: 127.0.0.1. */
  readonly address?: string;
  /** Default: a free one. */
  readonly port?: number;
}

/** A moto server: all AWS services in memory at one URL, for every region and account. */
export interface Moto {
  readonly url: string;
  /** Forgets everything that was stored. */
  reset(): Promise<void>;
  /** Returns when the server is gone. Idempotent. */
  stop(): Promise<void>;
}

/** Starts a moto server and returns when it answers. Throws an error with the way out when moto is not installed. */
export async function startMoto({ directory, address = '127.0.0.1', port = 0 }: MotoOptions): Promise<Moto> {
  const python = join((await runCommand([installScript, '--moto-path'])).trim(), 'bin', 'python');
  if (!existsSync(python))
    throw new Error(`moto is not installed: run test/cluster/install.sh moto (looked for ${python})`);
  await endLeftovers(directory);
  const server = await startProcess({
    name: 'moto',
    program: python,
    args: ['-m', 'moto.server', '-H', address, '-p', String(port)],
    directory,
    env: { PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' },
    truncate: true,
  });
  try {
    const url = await until(`moto: listening (see ${server.log})`, { timeoutMs: 60_000 }, async () => {
      await server.assertAlive();
      return (await readFile(server.log, 'utf8')).match(/Running on (http:\/\/[^\s]+)/)?.[1];
    });
    const reset = async (): Promise<void> => {
      const answer = await fetch(`${url}/moto-api/reset`, { method: 'POST' });
      if (!answer.ok) throw new Error(`moto at ${url}: reset answered ${answer.status}`);
    };
    return { url, reset, stop: () => server.stop(2_000) };
  } catch (error) {
    await server.stop(0);
    throw error;
  }
}

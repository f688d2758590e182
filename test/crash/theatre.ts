import { readFile } from 'node:fs/promises';
import type { Agent } from 'node:http';
import { afterAll, inject } from 'vitest';
import type { Region } from '../integration/setup.ts';
import { createUpstreamAgent } from '../support/fault-proxy/upstream.ts';
import { createKubeAdmin, type KubeAccess, type KubeAdmin } from '../support/kube-admin.ts';
import { type History, startHistory } from './history.ts';

/** Where scenarios are played, hundreds of times and many at once. */
export interface Theatre {
  /** How operators reach the API server: through `agent`, where there is one. */
  readonly kube: KubeAccess & { readonly servingKey: string; readonly agent?: Agent };
  readonly admin: KubeAdmin;
  /** URL of each region. */
  readonly aws: Readonly<Record<Region, string>>;
  readonly history: History;
}

/** The theatre of this suite, until the test file ends. */
export async function openTheatre(): Promise<Theatre> {
  const [access, aws] = [inject('kube'), inject('moto')];
  const history = await startHistory(access);
  // A connection is opened for each watch of each run, and a handshake costs more than most calls.
  const agent = createUpstreamAgent(await readFile(access.certificateAuthority));
  afterAll(async () => {
    agent.destroy();
    await history.stop();
  });
  return { kube: { ...access, agent }, admin: createKubeAdmin(access), aws, history };
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, inject } from 'vitest';
import { type ControlPlane, startControlPlane } from '../../support/control-plane.ts';
import { AWS_SECRETS, installDefinition } from '../../support/definitions.ts';
import { createKubeAdmin } from '../../support/kube-admin.ts';
import { until } from '../../support/poll.ts';
import { type History, startHistory } from '../history.ts';
import type { Theatre } from '../theatre.ts';

/** A theatre whose control plane belongs to one test file: what is done to it, nobody else feels. */
export interface OwnTheatre extends Theatre {
  readonly plane: ControlPlane;
  /** Writes so often what nobody looks at. */
  write(times: number): Promise<void>;
  /** Has etcd forget every version that anybody can have seen so far. */
  forget(): Promise<void>;
  /** Begins the history anew, with what there is: after the API server was away, or has been put back. */
  renewHistory(): Promise<void>;
}

const COLLECTION = '/apis/secrets-operator.io/v1alpha1/awssecrets';

/** `flags` are those of its API server. */
export async function openOwnTheatre(flags: readonly string[] = []): Promise<OwnTheatre> {
  const directory = await mkdtemp(path.join(tmpdir(), 'so-'));
  const plane = await startControlPlane({ directory, apiServerFlags: flags });
  afterAll(async () => {
    await current.stop();
    await plane.stop();
    await rm(directory, { recursive: true, force: true });
  });
  const kube = createKubeAdmin(plane);
  await installDefinition(kube, AWS_SECRETS);
  let current: History = await startHistory(plane);
  const history: History = {
    of: namespace => current.of(namespace),
    live: namespace => current.live(namespace),
    when: (what, probe) => current.when(what, probe),
    caughtUp: namespace => current.caughtUp(namespace),
    version: () => current.version(),
    forget: namespace => current.forget(namespace),
    stop: () => current.stop(),
  };
  const write = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i += 1) {
      await kube.patch('/api/v1/namespaces/default', { metadata: { annotations: { 'test/written': `${i}` } } });
      await kube.patch('/api/v1/namespaces/default', { metadata: { annotations: { 'test/written': null } } });
    }
  };
  return {
    ...{ kube: plane, admin: kube, aws: inject('moto'), history, plane, write },
    async forget() {
      await write(1);
      await plane.compact();
    },
    async renewHistory() {
      await current.stop();
      // An API server is ready before it serves what is defined in it.
      await until('AwsSecrets are served', { timeoutMs: 30_000 }, () => kube.get(COLLECTION).catch(() => undefined));
      current = await startHistory(plane, 'what there is');
    },
  };
}

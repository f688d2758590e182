import { inParallel } from '../../src/controller/runtime/in-parallel.ts';
import type { Api } from './api.ts';
import { awsSecret, strayedSecret, workload } from './objects.ts';
import { KINDS, pathOf, type WorkloadPlural } from './places.ts';
import type { StoredObject } from './stored-edits.ts';
import type { Vault } from './vault.ts';

/** Objects of every watched kind that are there all the time. */
export interface Crowd {
  /** Objects of all kinds but AwsSecrets, which the operator writes too. */
  readonly objects: readonly StoredObject[];
  /** AwsSecrets whose secret nobody rotates, and that secret. */
  readonly quiet: readonly { readonly namespace: string; readonly name: string; readonly secretId: string }[];
}

/** Of each kind in each namespace. */
export const QUIET_PER_NAMESPACE = 3;
const SOCKETS = 16;

/** `firstSecret`: index of the first secret in AWS that is for it. */
export async function createCrowd(
  api: Api,
  vault: Vault,
  namespaces: readonly string[],
  firstSecret: number,
): Promise<Crowd> {
  const names = Array.from({ length: QUIET_PER_NAMESPACE }, (_, i) => `quiet-${i}`);
  const quiet = namespaces
    .flatMap(namespace => names.map(name => ({ namespace, name })))
    .map((place, i) => ({ ...place, secretId: vault.secretId(firstSecret + i) }));
  const plurals = Object.keys(KINDS) as WorkloadPlural[];
  const objects = quiet.flatMap(({ namespace, name }, i) => {
    const strayed = `strayed-${name}`;
    // Most workloads of a cluster use no Secret of ours; one of three here.
    const secret = i % QUIET_PER_NAMESPACE === 0 ? undefined : name;
    return [
      { plural: 'secrets', namespace, name: strayed, body: strayedSecret(strayed) } as const,
      ...plurals.map(plural => ({ plural, namespace, name, body: workload(plural, name, secret) })),
    ];
  });
  await inParallel(quiet, SOCKETS, ({ namespace, name, secretId }) =>
    api.create(pathOf('awssecrets', namespace), awsSecret(name, secretId, '1m')),
  );
  await inParallel(objects, SOCKETS, ({ plural, namespace, body }) => api.create(pathOf(plural, namespace), body));
  return { objects: objects.map(({ body: _, ...place }) => place), quiet };
}

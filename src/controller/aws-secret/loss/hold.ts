import { targetName } from '../../../crds/aws-secret.ts';
import { ok, type Result, type SyncError } from '../../runtime/error.ts';
import type { Observed } from '../plan.ts';
import type { SecretStore, SecretUsers } from '../ports.ts';
import { type HeldKeys, heldKeys, refuseLoss, type Values } from './held-keys.ts';

export interface HoldDependencies {
  readonly store: Pick<SecretStore, 'get'>;
  /** Undefined when the operator does not know the workloads. */
  readonly users: Pick<SecretUsers, 'requiredKeys'> | undefined;
}

/** Refuses values by which a Secret would lose what it is needed for. A new spec, and a Secret that is gone, may lose it. */
export async function holdLoss(observed: Observed, values: Values, deps: HoldDependencies): Promise<Result<void>> {
  const { awsSecret, secret, record } = observed;
  const { uid, generation, namespace } = awsSecret.metadata;
  const target = { namespace, name: targetName(awsSecret) };
  const isSame = record?.uid === uid && record.generation === generation && record.target.name === target.name;
  if (!isSame || secret === undefined) return ok(undefined);
  const held: Result<HeldKeys | undefined> = record.keys === undefined ? await readKeys(target, deps) : ok(record.keys);
  if (!held.ok) return held;
  const required = deps.users?.requiredKeys(target) ?? new Map<string, string>();
  return held.value === undefined ? ok(undefined) : refuseLoss(awsSecret, held.value, values, required);
}

/** A source that turned out empty is told as a loss where the Secret holds something of it. */
export function asLoss(error: SyncError, { record, awsSecret }: Observed): SyncError {
  const isHeld = record !== undefined && record.generation === awsSecret.metadata.generation;
  return error.reason === 'EmptyValue' && isHeld ? { ...error, reason: 'SourceEmpty' } : error;
}

async function readKeys(
  target: { readonly namespace: string; readonly name: string },
  { store }: HoldDependencies,
): Promise<Result<HeldKeys | undefined>> {
  const live = await store.get(target);
  return live.ok ? ok(live.value && heldKeys(live.value.data)) : live;
}

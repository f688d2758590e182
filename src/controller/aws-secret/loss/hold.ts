import { targetName } from '../../../crds/aws-secret.ts';
import type { Reason } from '../../../crds/reasons.ts';
import { ok, type Result, type SyncError } from '../../runtime/error.ts';
import type { Observed } from '../plan.ts';
import type { SecretStore, SecretUsers } from '../ports.ts';
import { isOfSpec } from '../record.ts';
import { type HeldKeys, heldKeys, refuseLoss, type Values } from './held-keys.ts';

export interface HoldDependencies {
  readonly store: Pick<SecretStore, 'get'>;
  /** Undefined when the operator does not know the workloads. */
  readonly users: Pick<SecretUsers, 'requiredKeys'> | undefined;
}

/** Refuses values by which a Secret would lose what it is needed for. A new spec, and a Secret that is gone, may lose it. */
export async function holdLoss(observed: Observed, values: Values, deps: HoldDependencies): Promise<Result<void>> {
  const { awsSecret, secret, record } = observed;
  const target = { namespace: awsSecret.metadata.namespace, name: targetName(awsSecret) };
  if (!isSameSpec(observed) || secret === undefined) return ok(undefined);
  const keys = record?.keys;
  const held: Result<HeldKeys | undefined> = keys === undefined ? await readKeys(target, deps) : ok(keys);
  if (!held.ok) return held;
  const required = deps.users?.requiredKeys(target) ?? new Map<string, string>();
  return held.value === undefined ? ok(undefined) : refuseLoss(awsSecret, held.value, values, required);
}

/** A source that turned out empty is told as a loss where the Secret holds something of it. */
export function asLoss(error: SyncError, observed: Observed): SyncError {
  return error.reason === 'EmptyValue' && isSameSpec(observed) ? { ...error, reason: 'SourceEmpty' } : error;
}

const LOSSES: ReadonlySet<string> = new Set<Reason>(['SourceEmpty', 'ConsumerKeyMissing']);

/**
 * Whether the Secret was written for this spec. A status that tells of no success any more, all that an operator has
 * which has just started, says so by the loss itself.
 */
function isSameSpec({ awsSecret, record }: Observed): boolean {
  const { status, metadata } = awsSecret;
  const { name } = record?.target ?? status?.target ?? {};
  if (name !== targetName(awsSecret)) return false;
  if (record !== undefined) return isOfSpec(awsSecret, record);
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.observedGeneration === metadata.generation && LOSSES.has(ready?.reason ?? '');
}

async function readKeys(
  target: { readonly namespace: string; readonly name: string },
  { store }: HoldDependencies,
): Promise<Result<HeldKeys | undefined>> {
  const live = await store.get(target);
  return live.ok ? ok(live.value && heldKeys(live.value.data)) : live;
}

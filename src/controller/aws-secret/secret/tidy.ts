import type { AwsSecret } from '../../../crds/aws-secret.ts';
import type { Reason } from '../../../crds/reasons.ts';
import { ok, type Result } from '../../runtime/error.ts';
import type { EventRecorder } from '../../runtime/events.ts';
import { formatKey } from '../../runtime/key.ts';
import type { Log } from '../../runtime/log.ts';
import type { AwsSecretIndex, ContentHasher, OwnedSecrets, SecretStore, SecretUsers } from '../ports.ts';
import { confirm } from './confirmation.ts';
import { type Farewell, farewell, formerTargets } from './former-target.ts';
import { isOwner } from './ownership.ts';
import type { SecretMetadata } from './secret.ts';

export interface TidyDependencies {
  readonly awsSecrets: AwsSecretIndex;
  readonly secrets: OwnedSecrets;
  /** Undefined when the operator does not know the workloads: then nothing is deleted. */
  readonly users: Pick<SecretUsers, 'workload' | 'find'> | undefined;
  readonly store: Pick<SecretStore, 'get' | 'remove' | 'release'>;
  readonly hasher: ContentHasher;
  readonly events: EventRecorder;
}

/** How often it is looked whether somebody still uses a former target: nobody tells when a pod has gone. */
const LOOK_AGAIN_MS = 60_000;

/**
 * Takes leave of the Secrets that `target.name` named before; to be called when the one that it names now is written.
 * Decides from what is there, so that a crash loses nothing. Returns after how many milliseconds to look again.
 */
export async function tidy(awsSecret: AwsSecret, deps: TidyDependencies, log: Log): Promise<number | undefined> {
  const former = formerTargets(awsSecret, deps.secrets.ownedBy(awsSecret.metadata.uid));
  let isDone = true;
  for (const secret of former) {
    const left = await leave(awsSecret, secret, deps);
    await tell(awsSecret, secret, left, deps.events, log);
    isDone &&= left.ok && left.value.kind !== 'keep';
  }
  return isDone ? undefined : LOOK_AGAIN_MS;
}

async function leave(awsSecret: AwsSecret, secret: SecretMetadata, deps: TidyDependencies): Promise<Result<Farewell>> {
  const decided = await decide(awsSecret, secret, deps);
  if (!decided.ok || decided.value.kind === 'keep' || decided.value.kind === 'ignore') return decided;
  const { kind, metadata } = decided.value;
  // The cache may be behind: a name that was changed back must not lose its Secret.
  const confirmed = await confirm(awsSecret, deps.awsSecrets);
  if (!confirmed.ok) return confirmed;
  const done = kind === 'delete' ? await deps.store.remove(metadata) : await deps.store.release(metadata);
  return done.ok ? decided : done;
}

type Decision = Farewell & { readonly metadata: SecretMetadata };

async function decide(
  awsSecret: AwsSecret,
  secret: SecretMetadata,
  { awsSecrets, users, store, hasher }: TidyDependencies,
): Promise<Result<Decision>> {
  const decision = (decided: Farewell, metadata = secret): Result<Decision> => ok({ ...decided, metadata });
  const isOwned = isOwner(awsSecret, secret);
  // An AwsSecret that names it now takes it over: to delete it first would only leave a gap.
  const isWanted = awsSecrets.keeping(formatKey(secret)).length > 0;
  if (isOwned && (users === undefined || isWanted)) return decision({ kind: 'ignore' });
  const workload = isOwned ? users?.workload(secret) : undefined;
  if (workload !== undefined) return decision(usedBy(workload));
  const live = await store.get(secret);
  if (!live.ok) return live;
  if (live.value === undefined) return decision({ kind: 'ignore' });
  const { metadata } = live.value;
  const decided = farewell(awsSecret, live.value, hasher);
  if (decided.kind !== 'delete') return decision(decided, metadata);
  const user = await users?.find(secret);
  if (user === undefined) return decision({ kind: 'ignore' });
  if (!user.ok) return user;
  return decision(user.value === undefined ? decided : usedBy(user.value), metadata);
}

function usedBy(user: string): Farewell {
  return { kind: 'keep', why: `${user} uses it` };
}

async function tell(
  awsSecret: AwsSecret,
  secret: SecretMetadata,
  left: Result<Farewell>,
  events: EventRecorder,
  log: Log,
): Promise<void> {
  const name = JSON.stringify(secret.name);
  const record = (type: 'Normal' | 'Warning', reason: Reason, note: string): Promise<void> =>
    events.record({
      regarding: awsSecret.metadata,
      related: { apiVersion: 'v1', kind: 'Secret', metadata: secret },
      ...{ type, reason, action: 'Delete', note, cause: secret.uid },
    });
  if (!left.ok) {
    const { reason, message, retry } = left.error;
    if (retry === 'conflict') return;
    log.warn('former target stays', { secret: secret.name, reason, message });
    return await record('Warning', reason, `Secret ${name}, a former target, stays: ${message}`);
  }
  const { kind } = left.value;
  if (kind === 'keep') {
    return await record('Warning', 'FormerTargetInUse', `Secret ${name}, a former target, stays: ${left.value.why}.`);
  }
  if (kind === 'ignore') return;
  log.info(kind === 'delete' ? 'former target deleted' : 'former target released', { secret: secret.name });
  const note = `Secret ${name}, a former target, is deleted: nobody uses it any more.`;
  if (kind === 'delete') await record('Normal', 'FormerTargetDeleted', note);
}

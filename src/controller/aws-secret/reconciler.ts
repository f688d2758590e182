import { type AwsSecret, targetName } from '../../crds/aws-secret.ts';
import { parseDuration } from '../../crds/duration.ts';
import type { Reconcile } from '../runtime/controller.ts';
import { formatKey } from '../runtime/key.ts';
import type { Log } from '../runtime/log.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import type { AwsSecretCache, SecretCache, StatusWriter } from '../runtime/ports.ts';
import { type Plan, plan } from './plan.ts';
import { recordFromStatus, type SyncRecord } from './record.ts';
import { nextStatus, type StatusOptions, type SyncResult } from './status.ts';
import { type SyncDependencies, sync } from './sync.ts';

export interface ReconcilerDependencies extends SyncDependencies {
  readonly awsSecrets: AwsSecretCache;
  readonly secrets: SecretCache;
  readonly status: StatusWriter;
  readonly records: Map<string, SyncRecord>;
  /** Whether other keys wait for a worker. */
  readonly hasBacklog: () => boolean;
  readonly options: StatusOptions;
}

const MIN_PATIENCE_MS = 60_000;
const MAX_PATIENCE_MS = 300_000;

/** observe → plan → sync → status, for one AwsSecret. */
export function createReconciler(deps: ReconcilerDependencies): Reconcile {
  const { awsSecrets, secrets, records, clock } = deps;
  const isAlive = (uid: string): boolean => awsSecrets.hasUid(uid);

  return async (key, log) => {
    const awsSecret = awsSecrets.get(key);
    if (awsSecret === undefined || awsSecret.metadata.deletionTimestamp !== undefined) {
      records.delete(key);
      return done;
    }
    const now = clock.monotonic();
    const { namespace } = awsSecret.metadata;
    const secret = secrets.get(formatKey({ namespace, name: targetName(awsSecret) }));
    const record = records.get(key) ?? recordFromStatus(awsSecret, now, clock.now());
    const observed = { awsSecret, secret, record, isAlive, now, wallNow: clock.now() };
    const planned = plan(observed);
    const result = await sync(planned, observed, deps, log);
    if (result.kind === 'synced') records.set(key, result.record);
    // Secrets first: pods wait for those, and only people for a status. Its turn comes behind the keys that wait now.
    if (result.kind === 'synced' && planned.kind === 'read' && deps.hasBacklog()) return { kind: 'after', ms: 1 };
    return await settle(key, awsSecret, planned, result, deps, log);
  };
}

/** How rarely a failure that somebody has to mend is looked at: as rarely as a refresh, but within one to five minutes. */
function patience({ spec }: AwsSecret): number {
  const intervalMs = parseDuration(spec.refreshInterval) || MAX_PATIENCE_MS;
  return Math.min(MAX_PATIENCE_MS, Math.max(MIN_PATIENCE_MS, intervalMs));
}

/** Writes the status that `result` asks for, and says when to look again. */
async function settle(
  key: string,
  awsSecret: AwsSecret,
  planned: Plan,
  result: SyncResult,
  deps: ReconcilerDependencies,
  log: Log,
): Promise<Outcome> {
  if (result.kind === 'failed') {
    if (result.error.retry === 'conflict') return { kind: 'retry', error: result.error };
    log.warn('sync failed', { reason: result.error.reason, message: result.error.message });
  }
  const { uid, generation } = awsSecret.metadata;
  const written = await deps.status.write(key, uid, current =>
    // A newer generation is another reconcile's business: its conditions must not carry our verdict.
    current.metadata.generation === generation
      ? nextStatus(current, result, deps.clock.now(), deps.options)
      : undefined,
  );
  if (!written.ok) return { kind: 'retry', error: written.error };
  if (result.kind === 'failed') {
    // A target may be released without a word to us: a Secret that is not ours is not watched.
    const { error } = result;
    if (error.reason === 'InvalidSpec') return { kind: 'terminal', error };
    return error.retry === 'transient'
      ? { kind: 'retry', error }
      : { kind: 'retry', error, maxDelayMs: patience(awsSecret) };
  }
  if (planned.kind === 'wait') return planned.ms === undefined ? done : { kind: 'after', ms: planned.ms };
  if (result.kind === 'suspended' || result.record.dueAt === undefined) return done;
  return { kind: 'after', ms: Math.max(0, result.record.dueAt - deps.clock.monotonic()) };
}

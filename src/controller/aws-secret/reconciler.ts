import { type AwsSecret, targetName } from '../../crds/aws-secret.ts';
import { parseDuration } from '../../crds/duration.ts';
import type { Reconcile, Turn } from '../runtime/controller.ts';
import { errorName, type SyncError } from '../runtime/error.ts';
import { formatKey } from '../runtime/key.ts';
import type { Log } from '../runtime/log.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import { type Plan, plan } from './plan.ts';
import type { AwsSecretIndex, SecretStore, SecretUsers } from './ports.ts';
import { isOvertaken, recordFromStatus, type SyncRecord } from './record.ts';
import { isContest } from './repairs.ts';
import { contested } from './report/events.ts';
import { type ReportDependencies, report } from './report/report.ts';
import type { SyncResult } from './report/result.ts';
import { type TidyDependencies, tidy } from './secret/tidy.ts';
import { type SyncDependencies, sync } from './sync.ts';

export interface ReconcilerDependencies extends SyncDependencies, ReportDependencies, TidyDependencies {
  readonly awsSecrets: AwsSecretIndex;
  readonly store: SecretStore;
  readonly users: SecretUsers | undefined;
  readonly records: Map<string, SyncRecord>;
  /** Whether other keys wait for a worker. */
  readonly hasBacklog: () => boolean;
}

const MIN_PATIENCE_MS = 60_000;
const MAX_PATIENCE_MS = 300_000;

/** observe → plan → sync → status, for one AwsSecret. */
export function createReconciler(deps: ReconcilerDependencies): Reconcile {
  const { awsSecrets, secrets, records, clock } = deps;

  const reconcile = async (key: string, awsSecret: AwsSecret, turn: Turn): Promise<Outcome> => {
    const { log, readySince } = turn;
    const now = clock.monotonic();
    const { namespace } = awsSecret.metadata;
    const secret = secrets.get(formatKey({ namespace, name: targetName(awsSecret) }));
    const kept = records.get(key);
    const isKept = kept !== undefined && !isOvertaken(awsSecret, kept);
    const record = isKept ? kept : recordFromStatus(awsSecret, now, clock.now());
    const observed = { awsSecret, secret, record, withUid: awsSecrets.withUid, now, wallNow: clock.now(), readySince };
    const planned = plan(observed);
    const result = await sync(planned, observed, deps, turn);
    if (result.kind === 'synced') records.set(key, result.record);
    if (result.kind === 'synced' && planned.kind === 'read' && isContest(result.record.repairs)) {
      log.warn('secret is contested', { secret: targetName(awsSecret) });
      await deps.events.record(contested(awsSecret, result.record));
    }
    // Secrets first: pods wait for those, and only people for a status. Its turn comes behind the keys that wait now.
    if (result.kind === 'synced' && isNews(planned, result.record) && deps.hasBacklog())
      return { kind: 'after', ms: 1 };
    const outcome = await settle(key, awsSecret, planned, result, deps, log);
    const lookAgainMs = result.kind === 'synced' ? await tidy(awsSecret, deps, log) : undefined;
    return lookAgainMs === undefined ? outcome : notLater(outcome, lookAgainMs);
  };

  return async (key, turn) => {
    const awsSecret = awsSecrets.get(key);
    if (awsSecret === undefined || awsSecret.metadata.deletionTimestamp !== undefined) {
      records.delete(key);
      deps.gone.delete(key);
      return done;
    }
    try {
      return await reconcile(key, awsSecret, turn);
    } catch (error) {
      // The controller logs it and tries again; a status that cannot be written either must not hide why.
      const panicked = { kind: 'panicked', error: errorName(error) } as const;
      await report(key, awsSecret, panicked, deps).catch(() => undefined);
      throw error;
    }
  };
}

/** Whether the status will tell something new: of a thousand AwsSecrets at once, when a region takes over. */
function isNews(planned: Plan, { sources }: SyncRecord): boolean {
  if (planned.kind !== 'verify') return planned.kind === 'read';
  return planned.record.sources.some(({ version }, i) => {
    const now = sources[i]?.version;
    return version?.versionId !== now?.versionId || version?.region !== now?.region;
  });
}

/** How rarely a failure that somebody has to mend is looked at: as rarely as a refresh, but within one to five minutes. */
function patience({ spec }: AwsSecret): number {
  const intervalMs = parseDuration(spec.refreshInterval) || MAX_PATIENCE_MS;
  return Math.min(MAX_PATIENCE_MS, Math.max(MIN_PATIENCE_MS, intervalMs));
}

function notLater(outcome: Outcome, ms: number): Outcome {
  if (outcome.kind === 'done') return { kind: 'after', ms };
  return outcome.kind === 'after' ? { kind: 'after', ms: Math.min(outcome.ms, ms) } : outcome;
}

/** Where the status cannot be written, nothing but the log tells. */
function unreported(error: SyncError, log: Log): Outcome {
  const { reason, message, retry } = error;
  if (retry !== 'conflict') log.warn('status not written', { reason, message });
  return { kind: 'retry', error };
}

/** Reports `result`, and says when to look again. */
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
  const reported = await report(key, awsSecret, result, deps);
  if (!reported.ok) return unreported(reported.error, log);
  if (result.kind === 'failed') {
    // A target may be released without a word to us: a Secret that is not ours is not watched.
    const { error } = result;
    if (error.reason === 'InvalidSpec') return { kind: 'terminal', error };
    return error.retry === 'transient'
      ? { kind: 'retry', error }
      : { kind: 'retry', error, maxDelayMs: patience(awsSecret) };
  }
  if (result.kind === 'synced') deps.records.set(key, { ...result.record, isTold: true });
  if (planned.kind === 'wait') return planned.ms === undefined ? done : { kind: 'after', ms: planned.ms };
  if (result.kind !== 'synced' || result.record.dueAt === undefined) return done;
  return { kind: 'after', ms: Math.max(0, result.record.dueAt - deps.clock.monotonic()) };
}

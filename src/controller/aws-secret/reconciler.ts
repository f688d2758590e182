import { type AwsSecret, targetName } from '../../crds/aws-secret.ts';
import { parseDuration } from '../../crds/duration.ts';
import { REFRESH_REQUESTED_ANNOTATION } from '../../crds/names.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import type { Reconcile } from '../runtime/controller.ts';
import type { SyncError } from '../runtime/error.ts';
import { formatKey } from '../runtime/key.ts';
import type { Log } from '../runtime/log.ts';
import { done, type Outcome } from '../runtime/outcome.ts';
import type { AwsSecretCache, SecretCache, StatusWriter } from '../runtime/ports.ts';
import { refreshDelayMs } from '../runtime/schedule.ts';
import { fetchSources, type SourceFailure, verifySources } from './fetch.ts';
import { plan } from './plan.ts';
import type { SourceReader, SyncMetrics } from './ports.ts';
import { recordFromStatus, type SourceRecord, type SyncRecord } from './record.ts';
import { renderSecret } from './render.ts';
import { selectValues } from './select.ts';
import { nextStatus, type StatusOptions, type SyncResult } from './status.ts';
import { type WriteDependencies, type Written, writeSecret } from './write.ts';

export interface ReconcilerDependencies extends Omit<WriteDependencies, 'isAlive'> {
  readonly awsSecrets: AwsSecretCache;
  readonly secrets: SecretCache;
  readonly reader: SourceReader;
  readonly status: StatusWriter;
  readonly records: Map<string, SyncRecord>;
  /** Whether other keys wait for a worker. */
  readonly hasBacklog: () => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: SyncMetrics;
  readonly options: StatusOptions;
}

/** observe → plan → fetch → select → render → write → status, for one AwsSecret. */
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
    const secret = secrets.get(formatKey({ namespace: awsSecret.metadata.namespace, name: targetName(awsSecret) }));
    const record = records.get(key) ?? recordFromStatus(awsSecret, now);
    const decision = plan({ awsSecret, secret, record, isAlive, now });

    const failed = (error: SyncError, failures: readonly SourceFailure[] = []): SyncResult => {
      const verifiedAt = record?.verifiedAt ?? parseTime(awsSecret.status?.lastVerifiedTime);
      return { kind: 'failed', error, failures, verifiedAt };
    };
    const read = async (): Promise<SyncResult> => {
      const fetched = await fetchSources(deps.reader, awsSecret);
      if (fetched.kind === 'failed') return failed(worst(fetched.failures), fetched.failures);
      const values = selectValues(awsSecret, fetched.bytes);
      if (!values.ok) return failed(values.error);
      const manifest = renderSecret(awsSecret, values.value);
      if (!manifest.ok) return failed(manifest.error);
      const written = await writeSecret({ ...deps, isAlive }, awsSecret, manifest.value, secret, timestamp(clock));
      if (!written.ok) return failed(written.error);
      if (written.value.isNewContent) {
        deps.metrics.changed();
        log.info('secret written', { secret: manifest.value.name, keys: [...values.value.keys()] });
      }
      return { kind: 'synced', record: recordOf(awsSecret, fetched.sources, written.value, deps) };
    };
    const verify = async (known: SyncRecord): Promise<SyncResult> => {
      const answer = await verifySources(deps.reader, awsSecret, known);
      if (answer.kind === 'failed') return failed(worst(answer.failures), answer.failures);
      if (answer.kind === 'moved') return await read();
      const verified = { ...known, sources: answer.sources, verifiedAt: clock.now(), dueAt: dueAt(awsSecret, deps) };
      return { kind: 'synced', record: verified };
    };

    const run = async (): Promise<SyncResult> => {
      switch (decision.kind) {
        case 'suspend':
          return { kind: 'suspended' };
        case 'refuse':
          return failed(decision.error);
        case 'wait':
          return { kind: 'synced', record: decision.record };
        case 'verify':
          return await verify(decision.record);
        case 'read':
          return await read();
        default:
          return decision satisfies never;
      }
    };
    const result = await run();
    if (result.kind === 'synced') records.set(key, result.record);
    // Secrets first: pods wait for those, and only people for a status. Its turn comes when no other key is waiting.
    if (result.kind === 'synced' && decision.kind === 'read' && deps.hasBacklog()) return { kind: 'after', ms: 1 };
    return await settle(key, awsSecret, result, deps, log);
  };
}

/** Writes the status that `result` asks for and says when to look again. */
async function settle(
  key: string,
  awsSecret: AwsSecret,
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
    const kind = result.error.retry === 'terminal' && result.error.reason === 'InvalidSpec' ? 'terminal' : 'retry';
    return { kind, error: result.error };
  }
  if (result.kind === 'suspended' || result.record.dueAt === undefined) return done;
  return { kind: 'after', ms: Math.max(0, result.record.dueAt - deps.clock.monotonic()) };
}

function recordOf(
  awsSecret: AwsSecret,
  sources: readonly SourceRecord[],
  { metadata, changedAt }: Written,
  deps: ReconcilerDependencies,
): SyncRecord {
  return {
    uid: awsSecret.metadata.uid,
    generation: awsSecret.metadata.generation,
    target: { name: metadata.name, uid: metadata.uid, resourceVersion: metadata.resourceVersion },
    sources,
    changedAt,
    verifiedAt: deps.clock.now(),
    handledRefreshRequest: awsSecret.metadata.annotations?.[REFRESH_REQUESTED_ANNOTATION],
    dueAt: dueAt(awsSecret, deps),
  };
}

function dueAt({ spec }: AwsSecret, { clock, random }: ReconcilerDependencies): number | undefined {
  const interval = parseDuration(spec.refreshInterval) ?? 0;
  return interval === 0 ? undefined : clock.monotonic() + refreshDelayMs(interval, random);
}

/** What somebody has to mend comes before what mends itself. */
function worst(failures: readonly SourceFailure[]): SyncError {
  const order = { terminal: 0, content: 1, conflict: 2, transient: 3 } as const;
  const [first] = [...failures].sort((a, b) => order[a.error.retry] - order[b.error.retry]);
  if (first === undefined) throw new Error('worst of no failures');
  const others = failures.length - 1;
  const message = others === 0 ? first.error.message : `${first.error.message} (and ${others} more)`;
  return { ...first.error, message };
}

function parseTime(text: string | undefined): number | undefined {
  return Date.parse(text ?? '') || undefined;
}

function timestamp(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}

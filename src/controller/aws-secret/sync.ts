import type { AwsSecret } from '../../crds/aws-secret.ts';
import { readHistory } from '../../crds/content-history.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import type { Turn } from '../runtime/controller.ts';
import type { SyncError } from '../runtime/error.ts';
import { formatKey } from '../runtime/key.ts';
import { refreshDelayMs } from '../runtime/schedule.ts';
import { changeLagMs } from './change-lag.ts';
import { type DeletionDependencies, followDeletion } from './loss/follow-deletion.ts';
import { heldKeys } from './loss/held-keys.ts';
import { asLoss, type HoldDependencies, holdLoss } from './loss/hold.ts';
import { isTouchedByOthers, type Observed, type Plan } from './plan.ts';
import type { SecretStore, SourceReader, SyncMetrics } from './ports.ts';
import { formerContents, type SyncRecord, silenceFromStatus } from './record.ts';
import { repaired } from './repairs.ts';
import type { SyncResult } from './report/result.ts';
import { renderSecret } from './secret/render.ts';
import { type WriteDependencies, type Written, writeSecret } from './secret/write.ts';
import { type Fetched, fetchSources, type SourceFailure, verifySources } from './sources/fetch.ts';
import { freshEnough, refreshIntervalMs } from './sources/freshness.ts';
import { selectValues } from './sources/select.ts';
import { isEcho, refreshRequest } from './triggers.ts';

export interface SyncDependencies extends WriteDependencies, HoldDependencies, DeletionDependencies {
  readonly reader: SourceReader;
  readonly store: SecretStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: SyncMetrics;
}

/** Does what `plan` says: the only place of this slice that talks to AWS and writes Secrets. */
export async function sync(plan: Plan, observed: Observed, deps: SyncDependencies, turn: Turn): Promise<SyncResult> {
  switch (plan.kind) {
    case 'suspend':
      return { kind: 'suspended' };
    case 'refuse':
      return failed(observed, plan.error);
    case 'wait':
      return { kind: 'synced', record: plan.record };
    case 'verify':
      return await verify(observed, plan.record, deps, turn);
    case 'read':
      return await read(observed, deps, turn);
    default:
      return plan satisfies never;
  }
}

async function verify(observed: Observed, known: SyncRecord, deps: SyncDependencies, turn: Turn): Promise<SyncResult> {
  const { awsSecret, secret } = observed;
  const freshAfter = freshEnough(awsSecret, observed.now);
  const answer = await turn.aside(verifySources(deps.reader, awsSecret, known, freshAfter));
  if (answer.kind === 'failed') return await unread(observed, answer.failures, deps, turn);
  if (answer.kind === 'moved') return await read(observed, deps, turn, freshAfter);
  const { sources, observedAt } = answer;
  deps.gone.delete(formatKey(awsSecret.metadata));
  // The status names the newest content only, and that of former releases none.
  const history = secret !== undefined && isEcho(secret, known) ? readHistory(secret) : known.history;
  return { kind: 'synced', record: { ...known, sources, history, ...answered(awsSecret, observedAt, deps) } };
}

/**
 * fetch → select → render → write. Stops at the first step that fails; nothing is written before the last. What somebody
 * has just changed, in AWS or in the spec, is read after that; what is due takes what is fresh enough.
 */
async function read(
  observed: Observed,
  deps: SyncDependencies,
  turn: Turn,
  freshAfter = observed.readySince,
): Promise<SyncResult> {
  const { awsSecret, secret } = observed;
  const fetched = await turn.aside(fetchSources(deps.reader, awsSecret, observed.record, freshAfter));
  if (fetched.kind === 'failed') return await unread(observed, fetched.failures, deps, turn);
  const values = selectValues(awsSecret, fetched.values);
  if (!values.ok) return failed(observed, asLoss(values.error, observed));
  const manifest = renderSecret(awsSecret, values.value);
  if (!manifest.ok) return failed(observed, manifest.error);
  const kept = await holdLoss(observed, values.value, deps);
  if (!kept.ok) return failed(observed, kept.error);
  const superseded = supersession(awsSecret, deps);
  if (superseded !== undefined) return failed(observed, superseded);
  const known = { cached: secret, former: formerContents(awsSecret, observed.record) };
  const written = await writeSecret(deps, awsSecret, manifest.value, known);
  if (!written.ok) return failed(observed, written.error);
  if (written.value.isNewContent) {
    deps.metrics.changed(changeLagMs(observed.record?.sources ?? [], fetched.sources, deps.clock.now()));
    turn.log.info('secret written', { secret: manifest.value.name, count: values.value.size });
  }
  deps.gone.delete(formatKey(awsSecret.metadata));
  const record = recordOf(observed, fetched, written.value, deps);
  return { kind: 'synced', record: { ...record, keys: heldKeys(values.value) } };
}

/** Nothing is written; or the Secret goes with its sources, where its spec says so. */
async function unread(
  observed: Observed,
  failures: readonly SourceFailure[],
  deps: SyncDependencies,
  turn: Turn,
): Promise<SyncResult> {
  const told = failures.map(failure => ({ ...failure, error: asLoss(failure.error, observed) }));
  const deleted = await turn.aside(followDeletion(observed, failures, deps));
  return failed(observed, deleted ?? worst(told), told);
}

/** AWS takes its time: what was deleted or changed meanwhile is not written any more, but decided anew. */
function supersession({ metadata }: AwsSecret, { awsSecrets }: SyncDependencies): SyncError | undefined {
  const now = awsSecrets.withUid(metadata.uid)?.metadata;
  if (now?.generation === metadata.generation && now?.deletionTimestamp === undefined) return undefined;
  const message = `AwsSecret ${JSON.stringify(metadata.name)} has changed while AWS was asked`;
  return { reason: 'Progressing', retry: 'conflict', message };
}

function failed(
  { awsSecret, record, now, wallNow }: Observed,
  error: SyncError,
  failures: readonly SourceFailure[] = [],
): SyncResult {
  const silentMs = record === undefined ? silenceFromStatus(awsSecret, wallNow) : now - record.answeredAt;
  return { kind: 'failed', error, failures, silentMs };
}

function recordOf(
  observed: Observed,
  { sources, observedAt }: Pick<Extract<Fetched, { kind: 'fetched' }>, 'sources' | 'observedAt'>,
  { metadata, history }: Written,
  deps: SyncDependencies,
): SyncRecord {
  const { awsSecret, record } = observed;
  const now = deps.clock.monotonic();
  return {
    uid: awsSecret.metadata.uid,
    generation: awsSecret.metadata.generation,
    target: { name: metadata.name, uid: metadata.uid, resourceVersion: metadata.resourceVersion },
    sources,
    changedAt: history[0].time,
    history,
    ...answered(awsSecret, observedAt, deps),
    writtenAt: now,
    repairs: isTouchedByOthers(observed) ? repaired(record?.repairs, now) : record?.repairs,
    handledRefreshRequest: refreshRequest(awsSecret),
    isTold: false,
  };
}

/** What follows from an answer of that age. */
function answered(
  awsSecret: AwsSecret,
  observedAt: number,
  { clock, random }: SyncDependencies,
): Pick<SyncRecord, 'verifiedTime' | 'answeredAt' | 'dueAt'> {
  const intervalMs = refreshIntervalMs(awsSecret);
  const answeredAt = Math.min(observedAt, clock.monotonic());
  return {
    verifiedTime: clock.now() - (clock.monotonic() - answeredAt),
    answeredAt,
    dueAt: intervalMs === undefined ? undefined : answeredAt + refreshDelayMs(intervalMs, random),
  };
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

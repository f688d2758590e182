import { type AwsSecret, targetName } from '../../crds/aws-secret.ts';
import { parseDuration } from '../../crds/duration.ts';
import { fail, type Result, type SyncError } from '../runtime/error.ts';
import { isOfSpec, type SyncRecord } from './record.ts';
import { repairPauseMs } from './repairs.ts';
import { refuseMetadata } from './secret/metadata-rules.ts';
import { mayWrite } from './secret/ownership.ts';
import type { SecretMetadata } from './secret/secret.ts';
import { compileExpressions } from './sources/expressions.ts';
import { sourcesOf } from './sources/references.ts';
import { sourceKey } from './sources/source.ts';
import { isEcho, refreshRequest } from './triggers.ts';

/** How late the watch may bring a write of ours; after that, what differs was written by somebody else. */
const WATCH_LAG_MS = 2_000;

/** All that a decision about one AwsSecret depends on. */
export interface Observed {
  readonly awsSecret: AwsSecret;
  /** The target as the watch has it; undefined when it is absent or does not carry our label. */
  readonly secret: SecretMetadata | undefined;
  /** What the last successful sync left behind; undefined before the first. */
  readonly record: SyncRecord | undefined;
  readonly withUid: (uid: string) => AwsSecret | undefined;
  /** Monotonic milliseconds. */
  readonly now: number;
  /** The same: whatever asked for this look came before. */
  readonly readySince: number;
  /** Wall-clock milliseconds. */
  readonly wallNow: number;
}

/**
 * What to do: `suspend` nothing; `refuse` say why not; `wait` nothing is due; `verify` ask AWS whether the versions
 * still stand; `read` read every value.
 */
export type Plan =
  | { readonly kind: 'suspend' }
  | { readonly kind: 'refuse'; readonly error: SyncError }
  | { readonly kind: 'wait'; readonly ms: number | undefined; readonly record: SyncRecord }
  | { readonly kind: 'verify'; readonly record: SyncRecord }
  | { readonly kind: 'read' };

type Rule = (observed: Observed) => Plan | undefined;

/** In order; the first that has an answer decides. */
const rules: readonly Rule[] = [suspended, brokenSpec, foreignTarget, changedSpec, touchedTarget, requested, due];

export function plan(observed: Observed): Plan {
  for (const rule of rules) {
    const answer = rule(observed);
    if (answer !== undefined) return answer;
  }
  const { record, now } = observed;
  if (record === undefined) return { kind: 'read' };
  const next = [record.dueAt, isUntouched(observed) ? undefined : watchDeadline(record)].filter(at => at !== undefined);
  return { kind: 'wait', ms: next.length === 0 ? undefined : Math.max(0, Math.min(...next) - now), record };
}

function suspended({ awsSecret }: Observed): Plan | undefined {
  return awsSecret.spec.suspend ? { kind: 'suspend' } : undefined;
}

/**
 * The API server refuses such a spec, but for its metadata, expressions and patterns; an object stored before a rule
 * existed may still break it.
 */
function brokenSpec(observed: Observed): Plan | undefined {
  const { awsSecret } = observed;
  const { refreshInterval } = awsSecret.spec;
  if (sourcesOf(awsSecret).length === 0) {
    return refuse(fail('InvalidSpec', 'terminal', 'at least one of `data` and `dataFrom` must have an entry'));
  }
  const ms = parseDuration(refreshInterval);
  if (ms === undefined || (ms !== 0 && ms < 10_000)) {
    return refuse(
      fail('InvalidSpec', 'terminal', '`refreshInterval` must be a duration of at least 10s, such as 1m, or "0"'),
    );
  }
  const refused = refuseMetadata(awsSecret.spec.target.metadata);
  if (refused !== undefined) return refuse(refused);
  // Of a spec that has been synced all expressions are good, and to parse them costs more than all else here.
  return isSyncedSpec(observed) ? undefined : refuse(compileExpressions(awsSecret.spec));
}

function foreignTarget({ awsSecret, secret, withUid }: Observed): Plan | undefined {
  return secret === undefined ? undefined : refuse(mayWrite(awsSecret, secret, withUid));
}

function changedSpec(observed: Observed): Plan | undefined {
  return isSyncedSpec(observed) ? undefined : { kind: 'read' };
}

function isSyncedSpec({ awsSecret, record }: Observed): boolean {
  return record !== undefined && isOfSpec(awsSecret, record);
}

/** Somebody wrote, deleted or replaced the Secret since we did; or the watch has not brought our own write yet. */
function touchedTarget(observed: Observed): Plan | undefined {
  if (isUntouched(observed)) return undefined;
  const deadline = observed.record && watchDeadline(observed.record);
  return deadline !== undefined && observed.now < deadline ? undefined : { kind: 'read' };
}

/** Whether the target is as this process left it, as far as the watch has told. */
function isUntouched({ awsSecret, secret, record }: Observed): boolean {
  return record?.target.name === targetName(awsSecret) && isEcho(secret, record);
}

/** Whether somebody else wrote or deleted the target since we did; not where it is another one now, or the watch may be late. */
export function isTouchedByOthers({ awsSecret, secret, record, now }: Observed): boolean {
  if (record?.target.name !== targetName(awsSecret) || isEcho(secret, record)) return false;
  return record.writtenAt === undefined || now >= record.writtenAt + WATCH_LAG_MS;
}

/** Until when a cached Secret that is not as we wrote it may only be late, or is left to whoever fights over it. */
function watchDeadline({ writtenAt, repairs }: SyncRecord): number | undefined {
  return writtenAt === undefined ? undefined : writtenAt + Math.max(WATCH_LAG_MS, repairPauseMs(repairs));
}

function requested(observed: Observed): Plan | undefined {
  return isRequested(observed) ? { kind: 'read' } : undefined;
}

/** Whether somebody has asked for a refresh that has not been made. */
function isRequested({ awsSecret, record }: Observed): boolean {
  const request = refreshRequest(awsSecret);
  return request !== undefined && request !== record?.handledRefreshRequest;
}

function due({ awsSecret, record, now }: Observed): Plan | undefined {
  if (record?.dueAt === undefined || record.dueAt > now) return undefined;
  const known = new Set(record.sources.map(({ source }) => sourceKey(source)));
  const knowsAll = sourcesOf(awsSecret).every(source => known.has(sourceKey(source)));
  return knowsAll ? { kind: 'verify', record } : { kind: 'read' };
}

function refuse(result: Result<unknown>): Plan | undefined {
  return result.ok ? undefined : { kind: 'refuse', error: result.error };
}

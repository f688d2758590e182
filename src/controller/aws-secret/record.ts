import { type AwsSecret, type SourceStatus, targetName } from '../../crds/aws-secret.ts';
import { type ContentChange, readChange } from '../../crds/content-history.ts';
import type { HeldKeys } from './loss/held-keys.ts';
import type { SourceVersion } from './ports.ts';
import type { Repairs } from './repairs.ts';
import { sourcesOf } from './sources/references.ts';
import { type Source, titleOf } from './sources/source.ts';

export interface SourceRecord {
  readonly source: Source;
  /** Undefined for an optional source that AWS does not have. */
  readonly version: SourceVersion | undefined;
}

/**
 * What a successful sync left behind. It is a copy of what the status and the Secret say, kept to spare calls, and for
 * a Secret that is deleted: losing it costs a read, and contents before the one that the status names.
 */
export interface SyncRecord {
  readonly uid: string;
  readonly generation: number | undefined;
  readonly target: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
  readonly sources: readonly SourceRecord[];
  /** RFC 3339: when the content last changed. */
  readonly changedAt: string;
  /** What the target has held, newest first; no more than the newest, or nothing, when only the status tells. */
  readonly history: readonly ContentChange[];
  /** Wall-clock milliseconds of the last answer from AWS that agreed, for people. */
  readonly verifiedTime: number;
  /** The same in monotonic milliseconds, for decisions: a wall clock that is set makes nothing stale. */
  readonly answeredAt: number;
  /** Monotonic milliseconds of our last write of the Secret; undefined when this process has not written it. */
  readonly writtenAt: number | undefined;
  /** Names of what the target held when this process last wrote it; undefined: only the Secret itself tells. */
  readonly keys?: HeldKeys | undefined;
  /** Undefined: none, by this process. */
  readonly repairs?: Repairs | undefined;
  readonly handledRefreshRequest: string | undefined;
  /** Monotonic milliseconds of the next refresh; undefined when `refreshInterval` is "0". */
  readonly dueAt: number | undefined;
  /** Whether the status has told of it. */
  readonly isTold: boolean;
}

/** Whether it is of the very spec that the AwsSecret has now. */
export function isOfSpec({ metadata }: AwsSecret, record: SyncRecord): boolean {
  return record.uid === metadata.uid && record.generation === metadata.generation;
}

/**
 * Whether the status, which has told of this record, tells of something else now: another operator has written since, or
 * the record was made from a cache that was behind. What it says is over.
 */
export function isOvertaken({ status }: AwsSecret, { target, handledRefreshRequest, isTold }: SyncRecord): boolean {
  if (!isTold || status?.target === undefined) return false;
  return (
    status.target.uid !== target.uid ||
    status.target.resourceVersion !== target.resourceVersion ||
    status.lastHandledRefreshRequest !== handledRefreshRequest
  );
}

/** The status is stamped once in this time, while nothing else has to be written. */
export const VERIFIED_EVERY_MS = 3_600_000;

/**
 * For how long AWS has certainly not agreed, in milliseconds, as far as the status tells: its stamp may be an hour old
 * although the last answer came a moment ago, and nothing is called stale for that. Undefined when it never did.
 */
export function silenceFromStatus({ status }: AwsSecret, wallNow: number): number | undefined {
  const stamp = Date.parse(status?.lastVerifiedTime ?? '');
  return Number.isNaN(stamp) ? undefined : Math.max(0, wallNow - stamp - VERIFIED_EVERY_MS);
}

/**
 * The record as the status tells it, for an operator that has just started: due at once. Undefined when the status
 * does not tell it all, such as for more sources than a status lists.
 */
export function recordFromStatus(awsSecret: AwsSecret, now: number, wallNow: number): SyncRecord | undefined {
  const { status, metadata, spec } = awsSecret;
  const target = status?.target;
  if (status === undefined || !isReady(awsSecret)) return undefined;
  if (target?.uid === undefined || target.resourceVersion === undefined || target.name !== targetName(awsSecret))
    return undefined;
  const sources: SourceRecord[] = [];
  for (const source of sourcesOf(awsSecret)) {
    const version = heldFromStatus(awsSecret, source);
    if (version === undefined) return undefined;
    sources.push({ source, version });
  }
  return {
    uid: metadata.uid,
    generation: metadata.generation,
    target: { name: target.name, uid: target.uid, resourceVersion: target.resourceVersion },
    sources,
    changedAt: status.lastChangeTime ?? '',
    history: historyFromStatus(awsSecret),
    verifiedTime: Date.parse(status.lastVerifiedTime ?? '') || 0,
    answeredAt: now - (silenceFromStatus(awsSecret, wallNow) ?? 0),
    writtenAt: undefined,
    handledRefreshRequest: status.lastHandledRefreshRequest,
    dueAt: spec.refreshInterval === '0' ? undefined : now,
    isTold: true,
  };
}

/**
 * The version of a source that the target held when it was last written, also where the status tells of a failure now:
 * no replica that lags behind may take it back.
 */
export function heldFromStatus(awsSecret: AwsSecret, source: Source): SourceVersion | undefined {
  const { versionId, region, createdTime } = statusOf(awsSecret, source) ?? {};
  if (versionId === undefined || region === undefined) return undefined;
  if (awsSecret.status?.target?.name !== targetName(awsSecret)) return undefined;
  return { versionId, region, ...(createdTime !== undefined && { createdTime }) };
}

/** Whether AWS had no such source, as a status tells that all is well of: an optional one. */
export function absentInStatus(awsSecret: AwsSecret, source: Source): boolean {
  const told = statusOf(awsSecret, source);
  return isReady(awsSecret) && told !== undefined && told.versionId === undefined && told.reason === undefined;
}

function isReady({ status, metadata }: AwsSecret): boolean {
  const isTrue = status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  return isTrue && status?.observedGeneration === metadata.generation;
}

/** What the status tells of a source. */
export function statusOf({ status }: AwsSecret, source: Source): SourceStatus | undefined {
  const title = titleOf(source);
  return status?.sources?.find(
    ({ kind = 'Secret', name, stage }) => kind === title.kind && name === title.name && stage === title.stage,
  );
}

/**
 * What the target held when it was last written or verified, newest first: what a Secret of its name that is made anew
 * follows upon. Empty when that is not known, and for another name, because hashes hold it.
 */
export function formerContents(awsSecret: AwsSecret, record: SyncRecord | undefined): readonly ContentChange[] {
  return record?.target.name === targetName(awsSecret) ? record.history : historyFromStatus(awsSecret);
}

function historyFromStatus(awsSecret: AwsSecret): readonly ContentChange[] {
  const { target, lastChangeTime } = awsSecret.status ?? {};
  const change = readChange({ content: target?.content, time: lastChangeTime });
  return change !== undefined && target?.name === targetName(awsSecret) ? [change] : [];
}

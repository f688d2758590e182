import type { AwsSecret } from '../../../crds/aws-secret.ts';
import type { Result, SyncError } from '../../runtime/error.ts';
import type { ObservedVersion, SourceReader, SourceRequest, SourceVersion } from '../ports.ts';
import { absentInStatus, heldFromStatus, type SourceRecord, type SyncRecord } from '../record.ts';
import { refreshIntervalMs } from './freshness.ts';
import { dataFromSource, dataSource, identityOf, sourcesOf } from './references.ts';
import type { SourceValues } from './select.ts';
import { type Source, sourceKey } from './source.ts';

export interface SourceFailure {
  readonly source: Source;
  readonly error: SyncError;
}

/** `observedAt`: monotonic milliseconds of the oldest answer; infinite where only what may be absent was asked for. */
export type Verification =
  | { readonly kind: 'same'; readonly sources: readonly SourceRecord[]; readonly observedAt: number }
  | { readonly kind: 'moved' }
  | { readonly kind: 'failed'; readonly failures: readonly SourceFailure[] };

export type Fetched =
  | {
      readonly kind: 'fetched';
      readonly sources: readonly SourceRecord[];
      readonly values: SourceValues;
      readonly observedAt: number;
    }
  | { readonly kind: 'failed'; readonly failures: readonly SourceFailure[] };

/** Asks AWS whether every source still has the version of `record`. Reads no value where AWS can tell without. */
export async function verifySources(
  reader: SourceReader,
  awsSecret: AwsSecret,
  record: SyncRecord,
  freshAfter: number,
): Promise<Verification> {
  const requests = requestsOf(awsSecret, record, freshAfter);
  const answers = await readAll(awsSecret, requests, request => reader.readVersion(request));
  if (answers.failures.length > 0) return { kind: 'failed', failures: answers.failures };
  const known = new Map(record.sources.map(({ source, version }) => [sourceKey(source), version]));
  const isSame = answers.found.every(({ record: { source, version } }) =>
    isSameVersion(source, known.get(sourceKey(source)), version),
  );
  if (!isSame) return { kind: 'moved' };
  return { kind: 'same', sources: answers.found.map(({ record }) => record), observedAt: answers.observedAt };
}

/** Numbers of parameters mean something in one region alone, and begin anew with a parameter that is made anew. */
function isNumbered({ kind }: Source): boolean {
  return kind === 'Parameter' || kind === 'ParameterPath';
}

function isSameVersion(source: Source, held: SourceVersion | undefined, found: SourceVersion | undefined): boolean {
  if (held?.versionId !== found?.versionId) return false;
  return !isNumbered(source) || (held?.region === found?.region && held?.createdTime === found?.createdTime);
}

/**
 * The version as the answer tells it. When it was made only a read of its value tells, and each region something else:
 * the earliest that is known of a version is the nearest, and the same for all who know the status.
 */
function versionOf(
  answer: ObservedVersion,
  source: Source,
  known: readonly (SourceVersion | undefined)[],
): SourceVersion {
  const { versionId, region } = answer;
  const all = isNumbered(source) ? [answer] : [answer, ...known.filter(other => other?.versionId === versionId)];
  const times = all.map(version => version?.createdTime).filter(time => !Number.isNaN(Date.parse(time ?? '')));
  const [createdTime] = times.sort((a = '', b = '') => Date.parse(a) - Date.parse(b));
  return { versionId, region, ...(createdTime !== undefined && { createdTime }) };
}

/** Reads every source whole. All or nothing: one failure fails all, so that no Secret is ever written in part. */
export async function fetchSources(
  reader: SourceReader,
  awsSecret: AwsSecret,
  record: SyncRecord | undefined,
  freshAfter: number,
): Promise<Fetched> {
  const requests = requestsOf(awsSecret, record, freshAfter);
  const answers = await readAll(awsSecret, requests, request => reader.readValue(request));
  if (answers.failures.length > 0) return { kind: 'failed', failures: answers.failures };
  return {
    kind: 'fetched',
    sources: answers.found.map(answer => answer.record),
    values: new Map(answers.found.map(({ record, answer }) => [sourceKey(record.source), answer?.items])),
    observedAt: answers.observedAt,
  };
}

/** What is asked of AWS for an AwsSecret whose last successful sync left `record` behind; where there is none, the status tells. */
export function requestsOf(
  awsSecret: AwsSecret,
  record: SyncRecord | undefined,
  freshAfter: number,
): readonly SourceRequest[] {
  const { regions = [], consistency } = awsSecret.spec;
  const identity = identityOf(awsSecret);
  const intervalMs = refreshIntervalMs(awsSecret);
  const heldAt = record?.verifiedTime ?? Date.parse(awsSecret.status?.lastVerifiedTime ?? '');
  return sourcesOf(awsSecret).map(source => {
    const known = record && recordOf(record, source);
    const held = record === undefined ? heldFromStatus(awsSecret, source) : known?.version;
    const wasAbsent =
      record === undefined ? absentInStatus(awsSecret, source) : known !== undefined && held === undefined;
    const request = { source, identity, regions, freshAfter, intervalMs, consistency };
    if (held === undefined && !wasAbsent) return request;
    const before = { ...(held !== undefined && { held }), ...(wasAbsent && { wasAbsent }) };
    return { ...request, ...before, ...(!Number.isNaN(heldAt) && { heldAt }) };
  });
}

function recordOf({ sources }: SyncRecord, source: Source): SourceRecord | undefined {
  const key = sourceKey(source);
  return sources.find(known => sourceKey(known.source) === key);
}

interface Answers<T> {
  readonly found: readonly { readonly record: SourceRecord; readonly answer: T | undefined }[];
  readonly failures: readonly SourceFailure[];
  readonly observedAt: number;
}

type Read<T> = (request: SourceRequest) => Promise<Result<T>>;

async function readAll<T extends ObservedVersion>(
  awsSecret: AwsSecret,
  requests: readonly SourceRequest[],
  read: Read<T>,
): Promise<Answers<T>> {
  const results = await Promise.all(requests.map(read));
  const found: { record: SourceRecord; answer: T | undefined }[] = [];
  const failures: SourceFailure[] = [];
  let observedAt = Number.POSITIVE_INFINITY;
  for (const [index, { source, held }] of requests.entries()) {
    const result = results[index];
    if (result === undefined) continue;
    if (result.ok) {
      const answer = result.value;
      const version = versionOf(answer, source, [held, heldFromStatus(awsSecret, source)]);
      found.push({ record: { source, version }, answer });
      observedAt = Math.min(observedAt, answer.observedAt);
    } else if (result.error.reason === 'SecretNotFound' && isOptional(awsSecret, source)) {
      found.push({ record: { source, version: undefined }, answer: undefined });
    } else {
      failures.push({ source, error: result.error });
    }
  }
  return { found, failures, observedAt };
}

/** Whether every use of a source is by an optional entry. */
function isOptional({ spec }: AwsSecret, source: Source): boolean {
  const key = sourceKey(source);
  const isWhole = (spec.dataFrom ?? []).some(entry => sourceKey(dataFromSource(entry)) === key);
  return !isWhole && (spec.data ?? []).every(entry => entry.optional || sourceKey(dataSource(entry)) !== key);
}

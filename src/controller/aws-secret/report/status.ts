import { isDeepStrictEqual } from 'node:util';
import type { AwsSecret, AwsSecretStatus, SourceStatus } from '../../../crds/aws-secret.ts';
import { statusOf, VERIFIED_EVERY_MS } from '../record.ts';
import type { SourceFailure } from '../sources/fetch.ts';
import { sourcesOf } from '../sources/references.ts';
import { type Source, type SourceTitle, sourceKey, titleOf } from '../sources/source.ts';
import { nextConditions, type StatusOptions } from './conditions.ts';
import type { SyncResult } from './result.ts';

const MAX_SOURCES = 20;

/** The status that follows from `result`, or undefined when the present one says it already. `now` is wall-clock ms. */
export function nextStatus(
  awsSecret: AwsSecret,
  result: SyncResult,
  now: number,
  options: StatusOptions,
): AwsSecretStatus | undefined {
  const previous = awsSecret.status ?? {};
  const conditions = [...nextConditions(awsSecret, result, timestamp(now), options)];
  const next = { ...previous, ...fields(awsSecret, result, now), conditions };
  const verifiedAt = Date.parse(previous.lastVerifiedTime ?? '') || 0;
  // A stamp in the future comes from a clock that was set since.
  const isStampDue = now - verifiedAt >= VERIFIED_EVERY_MS || verifiedAt > now;
  const comparable = isStampDue ? next : { ...next, lastVerifiedTime: previous.lastVerifiedTime };
  return isDeepStrictEqual(comparable, previous) ? undefined : next;
}

function fields(awsSecret: AwsSecret, result: SyncResult, now: number): AwsSecretStatus {
  const observed = { observedGeneration: awsSecret.metadata.generation ?? 0 };
  switch (result.kind) {
    case 'suspended':
    case 'panicked':
      return observed;
    case 'failed':
      return { ...observed, ...failedSources(awsSecret, result.failures) };
    case 'synced': {
      const { record } = result;
      const [newest] = record.history;
      return {
        ...observed,
        ...(record.changedAt !== '' && { lastChangeTime: record.changedAt }),
        lastVerifiedTime: timestamp(Math.min(record.verifiedTime, now)),
        ...(record.handledRefreshRequest !== undefined && { lastHandledRefreshRequest: record.handledRefreshRequest }),
        target: { ...record.target, ...(newest && { content: newest.content }) },
        sources: record.sources.slice(0, MAX_SOURCES).map(({ source, version }) => ({ ...named(source), ...version })),
        sourceCount: record.sources.length,
      };
    }
    default:
      return result satisfies never;
  }
}

/** The sources of the spec with what is known of them, failing ones first. */
function failedSources(awsSecret: AwsSecret, failures: readonly SourceFailure[]): AwsSecretStatus {
  const all = sourcesOf(awsSecret).map((source): SourceStatus => {
    const { reason: _, ...known } = statusOf(awsSecret, source) ?? {};
    const failure = failures.find(failed => sourceKey(failed.source) === sourceKey(source));
    return { ...known, ...named(source), ...(failure && { reason: failure.error.reason }) };
  });
  const sources = [...all.filter(s => s.reason !== undefined), ...all.filter(s => s.reason === undefined)];
  return { sources: sources.slice(0, MAX_SOURCES), sourceCount: all.length };
}

/** What most sources are goes without saying. */
function named(source: Source): SourceTitle | Omit<SourceTitle, 'kind'> {
  const { kind, ...title } = titleOf(source);
  return kind === 'Secret' ? title : { kind, ...title };
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}

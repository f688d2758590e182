import { isDeepStrictEqual } from 'node:util';
import type { AwsSecret, AwsSecretStatus, SourceStatus } from '../../../crds/aws-secret.ts';
import { VERIFIED_EVERY_MS } from '../record.ts';
import type { SourceFailure } from '../sources/fetch.ts';
import { sourceReferences } from '../sources/references.ts';
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
        sources: record.sources.slice(0, MAX_SOURCES).map(({ secretId, versionStage, version }) => ({
          name: secretId,
          stage: versionStage,
          ...version,
        })),
        sourceCount: record.sources.length,
      };
    }
    default:
      return result satisfies never;
  }
}

/** The sources of the spec with what is known of them, failing ones first. */
function failedSources(awsSecret: AwsSecret, failures: readonly SourceFailure[]): AwsSecretStatus {
  const references = sourceReferences(awsSecret);
  const all = references.map(({ secretId, versionStage }): SourceStatus => {
    const is = (name: string, stage: string | undefined) => name === secretId && stage === versionStage;
    const { reason: _, ...known } = awsSecret.status?.sources?.find(s => is(s.name, s.stage)) ?? {};
    const failure = failures.find(f => is(f.secretId, f.versionStage));
    return { ...known, name: secretId, stage: versionStage, ...(failure && { reason: failure.error.reason }) };
  });
  const sources = [...all.filter(s => s.reason !== undefined), ...all.filter(s => s.reason === undefined)];
  return { sources: sources.slice(0, MAX_SOURCES), sourceCount: references.length };
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}

import { isDeepStrictEqual } from 'node:util';
import { type AwsSecret, type AwsSecretStatus, type SourceStatus, targetName } from '../../crds/aws-secret.ts';
import { type Condition, type ConditionType, type NextCondition, withConditions } from '../../crds/conditions.ts';
import { parseDuration } from '../../crds/duration.ts';
import type { SyncError } from '../runtime/error.ts';
import type { SourceFailure } from './fetch.ts';
import { type SyncRecord, VERIFIED_EVERY_MS } from './record.ts';
import { sourceReferences } from './sources.ts';

const MAX_SOURCES = 20;
/** Names that come from AWS can be long. */
const MAX_MESSAGE = 4_096;

/** How one reconcile ended, as far as the status tells it. */
export type SyncResult =
  | { readonly kind: 'synced'; readonly record: SyncRecord }
  | { readonly kind: 'suspended' }
  | {
      readonly kind: 'failed';
      readonly error: SyncError;
      readonly failures: readonly SourceFailure[];
      /** Milliseconds since the last answer from AWS that agreed; undefined when there was none. */
      readonly silentMs: number | undefined;
    };

export interface StatusOptions {
  /** After this long without an answer from AWS, Ready turns False. */
  readonly maxStalenessMs: number;
}

/** The status that follows from `result`, or undefined when the present one says it already. `now` is wall-clock ms. */
export function nextStatus(
  awsSecret: AwsSecret,
  result: SyncResult,
  now: number,
  options: StatusOptions,
): AwsSecretStatus | undefined {
  const previous = awsSecret.status ?? {};
  const next = { ...previous, ...fields(awsSecret, result, now), ...conditions(awsSecret, result, now, options) };
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
      return observed;
    case 'failed':
      return { ...observed, ...failedSources(awsSecret, result.failures) };
    case 'synced': {
      const { record } = result;
      return {
        ...observed,
        ...(record.changedAt !== '' && { lastChangeTime: record.changedAt }),
        lastVerifiedTime: timestamp(Math.min(record.verifiedTime, now)),
        ...(record.handledRefreshRequest !== undefined && { lastHandledRefreshRequest: record.handledRefreshRequest }),
        target: record.target,
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

function conditions(awsSecret: AwsSecret, result: SyncResult, now: number, options: StatusOptions): AwsSecretStatus {
  const { set, remove } = transition(awsSecret, result, options);
  const observedGeneration = awsSecret.metadata.generation ?? 0;
  const next = set.map(condition => ({
    ...condition,
    message: condition.message.slice(0, MAX_MESSAGE),
    observedGeneration,
  }));
  const all = withConditions(awsSecret.status?.conditions ?? [], next, remove, timestamp(now));
  return { conditions: [...all] };
}

interface Transition {
  readonly set: readonly Omit<NextCondition, 'observedGeneration'>[];
  readonly remove: readonly ConditionType[];
}

/** The table of conditions: docs/concepts.md shows it to users. */
function transition(awsSecret: AwsSecret, result: SyncResult, options: StatusOptions): Transition {
  const present = isCurrent(awsSecret) ? find(awsSecret, 'Ready') : undefined;
  switch (result.kind) {
    case 'suspended': {
      const status = find(awsSecret, 'Ready')?.status ?? 'Unknown';
      const ready = { type: 'Ready', status, reason: 'Suspended' } as const;
      const message = 'Suspended: the Secret stays as it is until `spec.suspend` is false.';
      return { set: [{ ...ready, message }], remove: ['Reconciling', 'Stalled', 'Stale'] };
    }
    case 'synced': {
      const message = `Secret ${JSON.stringify(targetName(awsSecret))} holds what AWS holds.`;
      return {
        set: [{ type: 'Ready', status: 'True', reason: 'Synced', message }],
        remove: ['Reconciling', 'Stalled', 'Stale'],
      };
    }
    case 'failed':
      return failed(awsSecret, result, present, options);
    default:
      return result satisfies never;
  }
}

function failed(
  awsSecret: AwsSecret,
  { error: { reason, message, retry }, silentMs = 0 }: Extract<SyncResult, { kind: 'failed' }>,
  present: Condition | undefined,
  { maxStalenessMs }: StatusOptions,
): Transition {
  if (retry === 'terminal') {
    return {
      set: [
        { type: 'Ready', status: 'False', reason, message },
        { type: 'Stalled', status: 'True', reason, message },
      ],
      remove: ['Reconciling'],
    };
  }
  const reconciling = { type: 'Reconciling', status: 'True', reason, message } as const;
  if (retry === 'content') {
    return { set: [{ type: 'Ready', status: 'False', reason, message }, reconciling], remove: ['Stalled'] };
  }
  if (present?.status !== 'True') {
    const status = present?.status ?? 'Unknown';
    return { set: [{ type: 'Ready', status, reason, message }, reconciling], remove: ['Stalled'] };
  }
  const promiseMs = 2 * (parseDuration(awsSecret.spec.refreshInterval) ?? 0);
  const stale = { type: 'Stale', status: 'True', reason, message } as const;
  if (silentMs >= maxStalenessMs) {
    return { set: [{ type: 'Ready', status: 'False', reason, message }, reconciling, stale], remove: ['Stalled'] };
  }
  return { set: promiseMs > 0 && silentMs > promiseMs ? [stale] : [], remove: [] };
}

function isCurrent({ status, metadata }: AwsSecret): boolean {
  return status?.observedGeneration === metadata.generation;
}

function find({ status }: AwsSecret, type: ConditionType): Condition | undefined {
  return status?.conditions?.find(condition => condition.type === type);
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}

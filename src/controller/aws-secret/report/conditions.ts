import { type AwsSecret, targetName } from '../../../crds/aws-secret.ts';
import { type Condition, type ConditionType, type NextCondition, withConditions } from '../../../crds/conditions.ts';
import { parseDuration } from '../../../crds/duration.ts';
import type { Reason } from '../../../crds/reasons.ts';
import type { SyncResult } from './result.ts';

export interface StatusOptions {
  /** After this long without an answer from AWS, Ready turns False. */
  readonly maxStalenessMs: number;
}

/** Those that are not True are absent. */
const COMPANIONS = ['Reconciling', 'Stalled', 'Stale'] as const;

type State = 'synced' | 'suspended' | 'unsynced' | 'stale' | 'expired' | 'unusable' | 'stalled';

interface Row {
  /** `kept`: the status it has, or Unknown, with a new reason; `untouched`: not even that. */
  readonly ready: 'True' | 'False' | 'kept' | 'untouched';
  readonly with: readonly (typeof COMPANIONS)[number][];
}

/** What the conditions say; docs/concepts.md shows it to users. A short outage has no row: it changes nothing. */
const TABLE: Readonly<Record<State, Row>> = {
  // The Secret holds what AWS holds.
  synced: { ready: 'True', with: [] },
  suspended: { ready: 'kept', with: [] },
  // Somebody does not answer, and this generation is not in step yet …
  unsynced: { ready: 'kept', with: ['Reconciling'] },
  // … or it was, and that is longer ago than twice the interval …
  stale: { ready: 'untouched', with: ['Stale'] },
  // … or longer than the operator's setting allows.
  expired: { ready: 'False', with: ['Reconciling', 'Stale'] },
  // The answer is no, or nothing that a Secret can hold.
  unusable: { ready: 'False', with: ['Reconciling'] },
  // The spec or the target stands in the way.
  stalled: { ready: 'False', with: ['Stalled'] },
};

/** Names that come from AWS can be long, and must not be cut within a character: the API server would mend that. */
const MAX_MESSAGE = 4_096;

/** The conditions that follow from `result`; `now` is RFC 3339. */
export function nextConditions(
  awsSecret: AwsSecret,
  result: SyncResult,
  now: string,
  options: StatusOptions,
): readonly Condition[] {
  const previous = awsSecret.status?.conditions ?? [];
  const state = stateOf(awsSecret, result, options);
  if (state === undefined) return previous;
  const row = TABLE[state];
  const kept = state === 'suspended' ? find(awsSecret, 'Ready') : findCurrent(awsSecret, 'Ready');
  const ready = row.ready === 'kept' ? (kept?.status ?? 'Unknown') : row.ready;
  const { reason, message } = wordsOf(awsSecret, result);
  const observedGeneration = awsSecret.metadata.generation ?? 0;
  const words = { reason, message: message.slice(0, MAX_MESSAGE).toWellFormed(), observedGeneration };
  const next: readonly NextCondition[] = [
    ...(ready === 'untouched' ? [] : [{ type: 'Ready', status: ready, ...words } as const]),
    ...row.with.map(type => ({ type, status: 'True', ...words }) as const),
    ...outdatedRollout(awsSecret, result, observedGeneration),
  ];
  return withConditions(previous, next, COMPANIONS, now);
}

/** Undefined when nothing is to be said. */
function stateOf(awsSecret: AwsSecret, result: SyncResult, options: StatusOptions): State | undefined {
  switch (result.kind) {
    case 'synced':
    case 'suspended':
      return result.kind;
    case 'panicked':
      return findCurrent(awsSecret, 'Ready')?.status === 'True' ? 'stale' : 'unsynced';
    case 'failed': {
      const { retry } = result.error;
      if (retry === 'terminal') return 'stalled';
      return retry === 'content' ? 'unusable' : unanswered(awsSecret, result.silentMs, options);
    }
    default:
      return result satisfies never;
  }
}

function unanswered(awsSecret: AwsSecret, silentMs = 0, { maxStalenessMs }: StatusOptions): State | undefined {
  const ready = findCurrent(awsSecret, 'Ready')?.status;
  const hasExpired = ready === 'False' && findCurrent(awsSecret, 'Stale') !== undefined;
  if (ready !== 'True') return hasExpired ? 'expired' : 'unsynced';
  const promiseMs = 2 * (parseDuration(awsSecret.spec.refreshInterval) ?? 0);
  // An interval of 0 promises nothing, and a long one is not broken by the first call that fails.
  const isStale = promiseMs > 0 && silentMs > promiseMs;
  if (isStale && silentMs >= maxStalenessMs) return 'expired';
  return isStale ? 'stale' : undefined;
}

interface Words {
  readonly reason: Reason;
  readonly message: string;
}

function wordsOf(awsSecret: AwsSecret, result: SyncResult): Words {
  switch (result.kind) {
    case 'synced':
      return { reason: 'Synced', message: `Secret ${JSON.stringify(targetName(awsSecret))} holds what AWS holds.` };
    case 'suspended':
      return {
        reason: 'Suspended',
        message: 'Suspended: the Secret stays as it is until `spec.suspend` is false.',
      };
    case 'failed':
      return result.error;
    case 'panicked':
      return {
        reason: 'InternalError',
        message: `the operator met a defect of its own (${result.error}) and tries again; please report it, with its log of "reconcile panicked"`,
      };
    default:
      return result satisfies never;
  }
}

/**
 * What was said of the workloads was said of another spec or content; the rollout has its own turn to say more, and may
 * have had it already.
 */
function outdatedRollout(
  awsSecret: AwsSecret,
  result: SyncResult,
  observedGeneration: number,
): readonly NextCondition[] {
  const rolledOut = find(awsSecret, 'RolledOut');
  if (rolledOut === undefined) return [];
  const isOfOtherSpec = rolledOut.observedGeneration < observedGeneration;
  if (!isOfOtherSpec && !isOfOtherContent(awsSecret, result)) return [];
  const what = isOfOtherSpec ? 'spec' : 'content';
  const message = `The ${what} has changed; the workloads have not been looked at since.`;
  return [{ type: 'RolledOut', status: 'Unknown', reason: 'RollingOut', message, observedGeneration }];
}

function isOfOtherContent({ status }: AwsSecret, result: SyncResult): boolean {
  if (result.kind !== 'synced') return false;
  return Date.parse(status?.rollout?.changeTime ?? '') < Date.parse(result.record.changedAt);
}

/** The condition, if it was said of the present generation. */
function findCurrent(awsSecret: AwsSecret, type: ConditionType): Condition | undefined {
  const isCurrent = awsSecret.status?.observedGeneration === awsSecret.metadata.generation;
  return isCurrent ? find(awsSecret, type) : undefined;
}

function find({ status }: AwsSecret, type: ConditionType): Condition | undefined {
  return status?.conditions?.find(condition => condition.type === type);
}

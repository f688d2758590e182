import { isDeepStrictEqual } from 'node:util';
import type { AwsSecret, AwsSecretStatus, WorkloadStatus } from '../../crds/aws-secret.ts';
import { withConditions } from '../../crds/conditions.ts';
import type { Reason } from '../../crds/reasons.ts';
import type { Workload } from './workload.ts';

const MAX_WORKLOADS = 20;
/** What the CRD takes. The name of a workload's owner is written by whoever made the workload, of any length. */
const MAX_MESSAGE = 1_024;
const ORDER = { Failed: 0, RollingOut: 1, Pending: 2, Exempt: 3, UpToDate: 4 } as const;
const UNFINISHED: ReadonlySet<WorkloadStatus['state']> = new Set(['Failed', 'RollingOut', 'Pending']);

/** Where one workload stands, and why. */
export function workloadStatus(
  { kind, metadata: { name } }: Workload,
  state: WorkloadStatus['state'],
  reason: Reason = 'UpToDate',
  message?: string,
): WorkloadStatus {
  const told = message?.slice(0, MAX_MESSAGE).toWellFormed();
  return { kind, name, state, reason, ...(told !== undefined && { message: told }) };
}

/** Where a workload stands that was rolled for the present content. */
export function rolledStatus(workload: Workload): WorkloadStatus {
  const { isComplete, isStuck, isPaused, updated, desired } = workload.progress;
  if (isComplete) return workloadStatus(workload, 'UpToDate');
  if (workload.replacement === 'onDelete') {
    const message = `${updated} of ${desired} pods updated; the others follow when somebody deletes them`;
    return workloadStatus(workload, 'Pending', 'OnDelete', message);
  }
  if (isStuck) return workloadStatus(workload, 'Failed', 'RestartFailed', 'its own controller gave up its rollout');
  if (isPaused) {
    return workloadStatus(workload, 'Pending', 'RollingOut', 'it is paused; the restart follows when it resumes');
  }
  const isWaiting = updated >= desired;
  const message = isWaiting ? 'its new pods are not yet available alone' : `${updated} of ${desired} pods updated`;
  return workloadStatus(workload, 'RollingOut', 'RollingOut', message);
}

/** The status with the rollout in it, or undefined when the present one says it already. */
export function nextRolloutStatus(
  { status = {}, metadata }: AwsSecret,
  workloads: readonly WorkloadStatus[],
  changeTime: string,
  now: string,
): AwsSecretStatus | undefined {
  const isSilent = workloads.length === 0 && !status.conditions?.some(({ type }) => type === 'RolledOut');
  if (isSilent) return undefined;
  const rank = ({ kind, name }: WorkloadStatus) => `${name}/${kind}`;
  const sorted = [...workloads].sort((a, b) => ORDER[a.state] - ORDER[b.state] || (rank(a) < rank(b) ? -1 : 1));
  const upToDate = workloads.filter(({ state }) => state === 'UpToDate').length;
  const condition = { type: 'RolledOut', ...verdict(sorted), observedGeneration: metadata.generation ?? 0 } as const;
  const next: AwsSecretStatus = {
    ...status,
    conditions: [...withConditions(status.conditions ?? [], [condition], [], now)],
    rollout: {
      changeTime,
      workloads: sorted.slice(0, MAX_WORKLOADS),
      workloadCount: workloads.length,
      upToDateCount: upToDate,
    },
  };
  return isDeepStrictEqual(next, status) ? undefined : next;
}

/** Whether the status of `awsSecret` does not tell yet that this workload has failed for this reason. */
export function isNewFailure({ status }: AwsSecret, { kind, name, state, reason }: WorkloadStatus): boolean {
  const told = status?.rollout?.workloads?.find(workload => workload.kind === kind && workload.name === name);
  return told?.state !== state || told.reason !== reason;
}

function verdict(sorted: readonly WorkloadStatus[]) {
  const unfinished = sorted.filter(({ state }) => UNFINISHED.has(state));
  const [first] = unfinished;
  if (first === undefined) {
    const exempt = sorted.filter(({ state }) => state === 'Exempt').length;
    const note = exempt === 0 ? '' : `; ${exempt} more not for the operator to restart`;
    const message = `Workloads that run with the present content: ${sorted.length - exempt}${note}.`;
    return { status: 'True', reason: 'UpToDate', message } as const;
  }
  const detail = first.message === undefined ? '' : `: ${first.message}`;
  const rest = unfinished.length > 1 ? ` (and ${unfinished.length - 1} more)` : '';
  return { status: 'False', reason: reasonOf(first), message: `${first.kind} ${first.name}${detail}${rest}` } as const;
}

/** The workloads tell the details; the condition is for those who wait. */
function reasonOf({ state, reason }: WorkloadStatus): Reason {
  if (state !== 'Failed') return 'RollingOut';
  return reason === 'RestartReverted' ? 'RestartReverted' : 'RestartFailed';
}

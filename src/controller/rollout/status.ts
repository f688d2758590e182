import { isDeepStrictEqual } from 'node:util';
import type { AwsSecret, AwsSecretStatus, WorkloadStatus } from '../../crds/aws-secret.ts';
import { withConditions } from '../../crds/conditions.ts';
import type { Workload } from './workload.ts';

const MAX_WORKLOADS = 20;
const ORDER = { Failed: 0, RollingOut: 1, Pending: 2, Exempt: 3, UpToDate: 4 } as const;
const UNFINISHED: ReadonlySet<WorkloadStatus['state']> = new Set(['Failed', 'RollingOut', 'Pending']);

/** Where one workload stands; `message` says why. */
export function workloadStatus(workload: Workload, state: WorkloadStatus['state'], message?: string): WorkloadStatus {
  const { kind, metadata } = workload;
  return { kind, name: metadata.name, state, ...(message !== undefined && { message }) };
}

/** Where a workload stands that was rolled for the present content. */
export function rolledStatus(workload: Workload): WorkloadStatus {
  const { isComplete, isStuck, isPaused, updated, desired } = workload.progress;
  if (isComplete) return workloadStatus(workload, 'UpToDate');
  if (isStuck) return workloadStatus(workload, 'Failed', 'its rollout exceeded its progress deadline');
  if (isPaused) return workloadStatus(workload, 'Pending', 'it is paused; the restart follows when it resumes');
  const isWaiting = updated >= desired;
  const message = isWaiting ? 'its new pods are not yet available alone' : `${updated} of ${desired} pods updated`;
  return workloadStatus(workload, 'RollingOut', message);
}

/** The status with the rollout in it, or undefined when the present one says it already. */
export function nextRolloutStatus(
  { status = {}, metadata }: AwsSecret,
  workloads: readonly WorkloadStatus[],
  now: string,
): AwsSecretStatus | undefined {
  const isSilent = workloads.length === 0 && !status.conditions?.some(({ type }) => type === 'RolledOut');
  if (isSilent) return undefined;
  const sorted = [...workloads].sort((a, b) => ORDER[a.state] - ORDER[b.state] || (a.name < b.name ? -1 : 1));
  const upToDate = workloads.filter(({ state }) => state === 'UpToDate').length;
  const condition = { type: 'RolledOut', ...verdict(sorted), observedGeneration: metadata.generation ?? 0 } as const;
  const next: AwsSecretStatus = {
    ...status,
    conditions: [...withConditions(status.conditions ?? [], [condition], [], now)],
    rollout: {
      workloads: sorted.slice(0, MAX_WORKLOADS),
      workloadCount: workloads.length,
      upToDateCount: upToDate,
    },
  };
  return isDeepStrictEqual(next, status) ? undefined : next;
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
  const reason = first.state === 'Failed' ? 'RestartFailed' : 'RollingOut';
  const detail = first.message === undefined ? '' : `: ${first.message}`;
  const rest = unfinished.length > 1 ? ` (and ${unfinished.length - 1} more)` : '';
  return { status: 'False', reason, message: `${first.kind} ${first.name}${detail}${rest}` } as const;
}

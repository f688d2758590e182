import { isDeepStrictEqual } from 'node:util';
import type { AwsSecret, AwsSecretStatus, WorkloadStatus } from '../../crds/aws-secret.ts';
import { withConditions } from '../../crds/conditions.ts';
import type { Workload } from './workload.ts';

const MAX_WORKLOADS = 20;
const ORDER = { Failed: 0, RollingOut: 1, Pending: 2, UpToDate: 3 } as const;

/** Where one workload stands. */
export function workloadStatus(
  { kind, metadata, progress }: Workload,
  standing: 'exempt' | 'current' | 'fresh' | 'failed',
  message?: string,
): WorkloadStatus {
  const workload = { kind, name: metadata.name };
  if (standing === 'failed') return { ...workload, state: 'Failed', ...(message !== undefined && { message }) };
  if (standing !== 'current' || progress.isComplete) {
    return { ...workload, state: 'UpToDate', ...(message !== undefined && { message }) };
  }
  if (progress.isStuck) return { ...workload, state: 'Failed', message: 'its rollout exceeded its progress deadline' };
  if (progress.isPaused)
    return { ...workload, state: 'Pending', message: 'it is paused; the restart follows when it resumes' };
  return { ...workload, state: 'RollingOut', message: `${progress.updated} of ${progress.desired} pods updated` };
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
  const unfinished = sorted.filter(({ state }) => state !== 'UpToDate');
  const [first] = unfinished;
  if (first === undefined) {
    const message = `All ${sorted.length} workloads that use the Secret run with its present content.`;
    return { status: 'True', reason: 'UpToDate', message } as const;
  }
  const reason = first.state === 'Failed' ? 'RestartFailed' : 'RollingOut';
  const detail = first.message === undefined ? '' : `: ${first.message}`;
  const rest = unfinished.length > 1 ? ` (and ${unfinished.length - 1} more)` : '';
  return { status: 'False', reason, message: `${first.kind} ${first.name}${detail}${rest}` } as const;
}

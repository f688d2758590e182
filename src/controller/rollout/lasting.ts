import type { WorkloadStatus } from '../../crds/aws-secret.ts';
import { type BackoffOptions, stepMs } from '../runtime/backoff.ts';
import type { RetryClass } from '../runtime/error.ts';
import type { Workload } from './workload.ts';

/**
 * A verdict that only time or a change of its workload can alter. Each event of any other consumer of the Secret asks
 * for it anew, and to find it once more would cost a list of pods, or a patch that is refused again.
 */
export interface Lasting {
  readonly status: WorkloadStatus;
  /** Of the workload that it was found for. */
  readonly resourceVersion: string;
  /** By the monotonic clock, in milliseconds. */
  readonly untilMs: number;
  /** How often in a row it was found. */
  readonly times: number;
}

const STEADY: BackoffOptions = { baseMs: 30_000, maxMs: 600_000 };
/** What a retry waits for anyway, if no event comes in between: an API server that is back is not kept waiting. */
const UNANSWERED: BackoffOptions = { baseMs: 1_000, maxMs: 60_000 };

/** The verdict found now, which lasts twice as long as the one `before` if it says the same. */
export function lastingFrom(
  nowMs: number,
  before: Lasting | undefined,
  status: WorkloadStatus,
  { metadata: { resourceVersion } }: Workload,
  retry?: RetryClass,
): Lasting {
  const isSame = before?.status.state === status.state && before.status.reason === status.reason;
  const times = isSame ? before.times + 1 : 1;
  const ms = stepMs(times, retry === 'transient' ? UNANSWERED : STEADY);
  return { status, resourceVersion, untilMs: nowMs + ms, times };
}

/** For how many more milliseconds it holds for the workload as it is now; 0 or less when it does not. */
export function leftMs(lasting: Lasting, { metadata }: Workload, nowMs: number): number {
  return lasting.resourceVersion === metadata.resourceVersion ? lasting.untilMs - nowMs : 0;
}

import type { AwsSecret } from '../../../crds/aws-secret.ts';
import { parseDuration } from '../../../crds/duration.ts';

/** Nobody is promised more: the shortest `refreshInterval` there is. */
const LEAST_MS = 10_000;

/** Milliseconds between two refreshes; undefined where there is none by itself. */
export function refreshIntervalMs({ spec }: AwsSecret): number | undefined {
  return parseDuration(spec.refreshInterval) || undefined;
}

/**
 * The oldest answer that a sync at `now` takes from what others have asked meanwhile, in monotonic milliseconds. Half of
 * the interval: the next refresh is due by the age of the answer, so that nothing is ever older than promised, and
 * no more than twice as many refreshes are needed for it.
 */
export function freshEnough(awsSecret: AwsSecret, now: number): number {
  return now - (refreshIntervalMs(awsSecret) ?? LEAST_MS) / 2;
}

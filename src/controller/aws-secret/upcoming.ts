import type { AwsSecret } from '../../crds/aws-secret.ts';
import type { SourceRequest } from './ports.ts';
import type { SyncRecord } from './record.ts';
import { requestsOf } from './sources/fetch.ts';
import { freshEnough } from './sources/freshness.ts';

export interface UpcomingDependencies {
  /** Keys that wait for a worker, the next one first. */
  readonly waiting: () => Iterable<string>;
  readonly awsSecrets: { get(key: string): AwsSecret | undefined };
  readonly records: ReadonlyMap<string, SyncRecord>;
  readonly now: () => number;
}

/** So many keys are looked at: the workers and a few batches are not ahead of them. */
const MOST = 200;

/** What the keys that wait will ask of AWS, as far as they have not been synced by this process. */
export function* upcomingRequests({
  waiting,
  awsSecrets,
  records,
  now,
}: UpcomingDependencies): Generator<SourceRequest> {
  let left = MOST;
  for (const key of waiting()) {
    if (left === 0) return;
    left -= 1;
    const awsSecret = awsSecrets.get(key);
    if (awsSecret === undefined || awsSecret.spec.suspend || records.has(key)) continue;
    if (awsSecret.status?.target !== undefined) continue;
    yield* requestsOf(awsSecret, undefined, freshEnough(awsSecret, now()));
  }
}

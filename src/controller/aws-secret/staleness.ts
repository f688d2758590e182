import type { AwsSecret } from '../../crds/aws-secret.ts';
import { formatKey } from '../runtime/key.ts';
import { type SyncRecord, silenceFromStatus } from './record.ts';
import { refreshIntervalMs } from './sources/freshness.ts';

/** How old what the Secrets hold may be. Of AwsSecrets that refresh by themselves, but for the regions. */
export interface Staleness {
  /** Milliseconds since AWS was last found to agree, where that is the longest; 0 when there is none. */
  readonly oldestMs: number;
  /** AwsSecrets for which that is longer than their interval. */
  readonly overdue: number;
  /** How many sources each region has answered for last. */
  readonly regions: ReadonlyMap<string, number>;
}

/** An AwsSecret that AWS has never agreed about is left out: its condition tells, and there is nothing to grow old. */
export function stalenessOf(
  awsSecrets: Iterable<AwsSecret>,
  records: ReadonlyMap<string, SyncRecord>,
  now: number,
  wallNow: number,
): Staleness {
  let [oldestMs, overdue] = [0, 0];
  const regions = new Map<string, number>();
  for (const awsSecret of awsSecrets) {
    const record = records.get(formatKey(awsSecret.metadata));
    for (const region of regionsOf(record)) regions.set(region, (regions.get(region) ?? 0) + 1);
    const intervalMs = awsSecret.spec.suspend ? undefined : refreshIntervalMs(awsSecret);
    // Before its first sync in this process the status tells, as well as it can.
    const ageMs = record === undefined ? silenceFromStatus(awsSecret, wallNow) : now - record.answeredAt;
    if (intervalMs === undefined || ageMs === undefined) continue;
    oldestMs = Math.max(oldestMs, ageMs);
    overdue += Number(ageMs > intervalMs);
  }
  return { oldestMs, overdue, regions };
}

function regionsOf(record: SyncRecord | undefined): readonly string[] {
  return (record?.sources ?? []).flatMap(({ version }) => version?.region ?? []);
}

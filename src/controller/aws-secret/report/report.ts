import type { AwsSecret, AwsSecretStatus } from '../../../crds/aws-secret.ts';
import type { Clock } from '../../runtime/clock.ts';
import { ok, type Result } from '../../runtime/error.ts';
import type { EventRecorder } from '../../runtime/events.ts';
import type { AwsSecretCache, StatusWriter } from '../../runtime/ports.ts';
import { isOvertaken } from '../record.ts';
import type { StatusOptions } from './conditions.ts';
import { syncEvents } from './events.ts';
import type { SyncResult } from './result.ts';
import { nextStatus } from './status.ts';

export interface ReportDependencies {
  readonly awsSecrets: AwsSecretCache;
  readonly status: StatusWriter;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly options: StatusOptions;
}

/** Tells people how a reconcile of `awsSecret` ended: by events where that is news, and by the status. */
export async function report(
  key: string,
  { metadata: { uid, generation } }: AwsSecret,
  result: SyncResult,
  { awsSecrets, status, events, clock, options }: ReportDependencies,
): Promise<Result<void>> {
  const next = (current: AwsSecret): AwsSecretStatus | undefined => {
    // A newer generation is another reconcile's business: its conditions must not carry our verdict.
    if (current.metadata.generation !== generation) return undefined;
    // Nor is it told what was true before a write that the watch has not brought yet; its Secret will wake us.
    if (result.kind === 'synced' && isOvertaken(current, result.record)) return undefined;
    return nextStatus(current, result, clock.now(), options);
  };
  const current = awsSecrets.get(key);
  const coming = current?.metadata.uid === uid ? next(current) : undefined;
  if (current === undefined || coming === undefined) return ok(undefined);
  // Before the status: once that says it, nobody can see any more that it was news. After a crash between the two
  // the same events are recorded again, which stores nothing.
  await Promise.all(syncEvents(current, coming).map(event => events.record(event)));
  return await status.write(key, uid, next);
}

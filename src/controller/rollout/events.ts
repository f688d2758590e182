import type { AwsSecret } from '../../crds/aws-secret.ts';
import type { SyncError } from '../runtime/error.ts';
import type { ObjectEvent } from '../runtime/events.ts';
import { type Change, changeId } from './change.ts';
import type { PodContainer, Workload } from './workload.ts';

type Told = Pick<ObjectEvent, 'type' | 'reason' | 'action' | 'note'>;

/** Told once for each change: the same workload, restarted for the same change, is no news. */
function event({ metadata }: AwsSecret, workload: Workload, change: Change, told: Told, detail = ''): ObjectEvent {
  return { regarding: metadata, related: workload, ...told, cause: `${changeId(change)} ${detail}` };
}

export function restarted(awsSecret: AwsSecret, workload: Workload, change: Change): ObjectEvent {
  const note = `${nameOf(workload)} is restarted: it ran with older content of Secret ${change.secretName}.`;
  return event(awsSecret, workload, change, { type: 'Normal', reason: 'WorkloadRestarted', action: 'Restart', note });
}

export function restartFailed(awsSecret: AwsSecret, workload: Workload, change: Change, error: SyncError): ObjectEvent {
  const note = `${nameOf(workload)} could not be restarted: ${error.message}.`;
  const told = { type: 'Warning', reason: 'RestartFailed', action: 'Restart', note } as const;
  return event(awsSecret, workload, change, told, error.reason);
}

export function restartReverted(awsSecret: AwsSecret, workload: Workload, change: Change): ObjectEvent {
  const note = `${nameOf(workload)} is not restarted again for Secret ${change.secretName}: something takes it back each time.`;
  return event(awsSecret, workload, change, { type: 'Warning', reason: 'RestartReverted', action: 'Restart', note });
}

export function podEvicted(
  awsSecret: AwsSecret,
  workload: Workload,
  change: Change,
  pod: PodContainer['pod'],
): ObjectEvent {
  const note = `Pod ${pod.name} of ${nameOf(workload)} is evicted: it started while Secret ${change.secretName} held other content.`;
  const told = { type: 'Normal', reason: 'PodEvicted', action: 'Evict', note } as const;
  return event(awsSecret, workload, change, told, pod.uid);
}

function nameOf({ kind, metadata }: Workload): string {
  return `${kind} ${metadata.name}`;
}

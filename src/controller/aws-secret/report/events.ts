import type { AwsSecret, AwsSecretStatus } from '../../../crds/aws-secret.ts';
import type { ConditionType } from '../../../crds/conditions.ts';
import type { Reason } from '../../../crds/reasons.ts';
import type { ObjectEvent } from '../../runtime/events.ts';
import type { SyncRecord } from '../record.ts';

/** Reasons for which Ready is not True although nothing went wrong. */
const PEACEFUL: ReadonlySet<string> = new Set<Reason>(['Progressing', 'Suspended']);

/**
 * What is to be told when the status of `awsSecret` becomes `next`: trouble that is new, trouble that is over, and
 * content that replaced another. It follows from the two statuses alone, so that a retry tells nothing, and whoever
 * decides again after a crash tells the same.
 */
export function syncEvents({ metadata, status = {} }: AwsSecret, next: AwsSecretStatus): readonly ObjectEvent[] {
  const [was, is] = [trouble(status), trouble(next)];
  const event = { regarding: metadata, action: 'Sync' } as const;
  // An outage or a refusal ends with an answer that agrees: between two of these, equal words mean the same trouble.
  const cause = `${status.lastVerifiedTime ?? ''} ${metadata.generation ?? 0}`;
  const events: ObjectEvent[] = [];
  if (is !== undefined && (is.reason !== was?.reason || is.message !== was.message)) {
    events.push({ ...event, type: 'Warning', reason: is.reason as Reason, note: is.message, cause });
  }
  const ready = find(next, 'Ready');
  if (was !== undefined && is === undefined && ready?.status === 'True' && ready.reason === 'Synced') {
    events.push({ ...event, type: 'Normal', reason: 'Synced', note: ready.message, cause });
  }
  if (isNewContent(status, next)) {
    const { name = '', uid = '' } = next.target ?? {};
    const related = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: metadata.namespace, name, uid } };
    const note = `Secret ${JSON.stringify(name)} has new content from AWS.`;
    const cause = next.lastChangeTime ?? '';
    events.push({ ...event, related, type: 'Normal', reason: 'SecretUpdated', note, cause });
  }
  return events;
}

/** Told once for each content and target: it would go on for as long as both sides do. */
export function contested({ metadata }: AwsSecret, { target, changedAt }: SyncRecord): ObjectEvent {
  const { name, uid } = target;
  const note = `Secret ${JSON.stringify(name)} is written by somebody else again and again; it is put right ever more rarely.`;
  const related = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: metadata.namespace, name, uid } };
  const told = { type: 'Warning', reason: 'SecretContested', action: 'Sync', note } as const;
  return { regarding: metadata, related, ...told, cause: changedAt };
}

/** What the conditions complain of; undefined when all is well. */
function trouble(status: AwsSecretStatus) {
  const ready = find(status, 'Ready');
  if (ready !== undefined && ready.status !== 'True' && !PEACEFUL.has(ready.reason)) return ready;
  return find(status, 'Stale');
}

/** The same Secret with a later change: one that was just made, for the first time or anew, holds nothing new. */
function isNewContent(before: AwsSecretStatus, after: AwsSecretStatus): boolean {
  const isSame = before.target?.uid !== undefined && before.target.uid === after.target?.uid;
  // An earlier time is what is left when somebody strips the annotations that told it.
  return isSame && Date.parse(after.lastChangeTime ?? '') > Date.parse(before.lastChangeTime ?? '');
}

function find({ conditions }: AwsSecretStatus, type: ConditionType) {
  return conditions?.find(condition => condition.type === type);
}

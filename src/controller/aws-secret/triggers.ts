import { type AwsSecret, targetName } from '../../crds/aws-secret.ts';
import type { Condition } from '../../crds/conditions.ts';
import {
  CHANGED_AT_ANNOTATION,
  CONTENT_ANNOTATION,
  OWNER_LABEL,
  REFRESH_REQUESTED_ANNOTATION,
} from '../../crds/names.ts';
import type { ObjectMeta } from '../../crds/object.ts';
import { formatKey } from '../runtime/key.ts';
import type { SyncRecord } from './record.ts';

/** As much of a request as the status can echo (`lastHandledRefreshRequest` of the CRD). */
const MAX_REQUEST = 256;

/** The last refresh that somebody has asked for. */
export function refreshRequest({ metadata }: AwsSecret): string | undefined {
  // Cut within a character, the API server would mend it, and the echo would never be equal.
  return metadata.annotations?.[REFRESH_REQUESTED_ANNOTATION]?.slice(0, MAX_REQUEST).toWellFormed();
}

/** Whether a change of an AwsSecret asks for a reconcile: our own status writes do not. */
export function isRelevantChange(before: AwsSecret | undefined, after: AwsSecret | undefined): boolean {
  if (before === undefined || after === undefined) return true;
  return (
    before.metadata.uid !== after.metadata.uid ||
    before.metadata.generation !== after.metadata.generation ||
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    refreshRequest(before) !== refreshRequest(after) ||
    isTakenBack(before, after)
  );
}

/**
 * Whether the status tells less than before, or of a time before that: somebody erased it, or it was put back with etcd.
 * We never write it so, and would not look at it again by ourselves.
 */
function isTakenBack({ status: before = {} }: AwsSecret, { status: after = {} }: AwsSecret): boolean {
  const isEarlier = (now: string | undefined, then: string | undefined): boolean =>
    Date.parse(now ?? '') < Date.parse(then ?? '');
  const isConditionBack = ({ type, lastTransitionTime }: Condition): boolean => {
    const now = after.conditions?.find(condition => condition.type === type);
    return now === undefined ? type === 'RolledOut' : isEarlier(now.lastTransitionTime, lastTransitionTime);
  };
  return (
    (after.observedGeneration ?? -1) < (before.observedGeneration ?? -1) ||
    isEarlier(after.lastVerifiedTime, before.lastVerifiedTime) ||
    (before.conditions ?? []).some(isConditionBack)
  );
}

/** The key of the Secret that an AwsSecret no longer keeps; empty when there is none. */
export function leftTarget(before: AwsSecret | undefined, after: AwsSecret | undefined): readonly string[] {
  if (before === undefined) return [];
  const target = targetName(before);
  const isKept = after !== undefined && targetName(after) === target;
  return isKept ? [] : [formatKey({ namespace: before.metadata.namespace, name: target })];
}

/** Whether a Secret is as our last write left it, so that its event is only that write's echo. */
export function isEcho(secret: ObjectMeta | undefined, record: SyncRecord | undefined): boolean {
  return (
    secret !== undefined &&
    record?.target.uid === secret.uid &&
    record.target.resourceVersion === secret.resourceVersion
  );
}

/** Whether consumers of a Secret may have to be looked at. */
export function isContentChange(before: ObjectMeta | undefined, after: ObjectMeta | undefined): boolean {
  // Content that restarts nobody while another AwsSecret keeps it may do so for the one that has taken it over.
  if (before?.labels?.[OWNER_LABEL] !== after?.labels?.[OWNER_LABEL]) return true;
  // A relist may show only the end of a content that went and came back: then the time alone tells.
  return [CONTENT_ANNOTATION, CHANGED_AT_ANNOTATION].some(
    key => before?.annotations?.[key] !== after?.annotations?.[key],
  );
}

import type { SourceVersion } from '../../controller/aws-secret/ports.ts';

/** What a replica tells of a version; undefined where the call does not tell. */
export interface ReplicaVersion {
  readonly versionId: string;
  /** The version that was current before. */
  readonly previous?: string | undefined;
  /** RFC 3339. */
  readonly createdTime?: string | undefined;
}

/** What the primary has told before: a version, or that there is none; neither at a first read. */
export interface Before {
  readonly held?: SourceVersion;
  readonly wasAbsent?: boolean;
  /** Wall-clock milliseconds at which AWS has last agreed. */
  readonly heldAt?: number;
}

/**
 * Whether a secondary may be believed: it has what the Secret holds, or what came right after it, or something that was
 * made after AWS had last agreed, `heldAt`. Else the replica lags behind, and would take the Secret back, or bring back
 * what has been deleted. Only GetSecretValue tells when a version was made: in a batch AWS calls it the date of the secret.
 */
export function isBelieved(replica: ReplicaVersion, { held, wasAbsent = false, heldAt }: Before): boolean {
  if (held === undefined && !wasAbsent) return true;
  if (held !== undefined && [replica.versionId, replica.previous].includes(held.versionId)) return true;
  return isLater(replica, heldAt);
}

/**
 * The same for parameters, whose version numbers mean something in one region only: what was made before what the
 * Secret holds is the same or older, and a number that was asked for is another version there. That one of many was
 * made later says nothing of the others.
 */
export function believeParameters(
  replica: ReplicaVersion & { readonly region: string; readonly isOne: boolean; readonly isNumber: boolean },
  { held, wasAbsent = false, heldAt }: Before,
): boolean {
  if (held !== undefined && replica.region === held.region && replica.versionId === held.versionId) return true;
  if (replica.isNumber) return false;
  if (held === undefined && !wasAbsent) return true;
  return replica.isOne && isLater(replica, held === undefined ? heldAt : Date.parse(held.createdTime ?? ''));
}

function isLater({ createdTime }: ReplicaVersion, than: number | undefined): boolean {
  return than !== undefined && Date.parse(createdTime ?? '') > than;
}

import type { SourceVersion } from '../../controller/aws-secret/ports.ts';

/** What a replica tells of a version; undefined where the call does not tell. */
export interface ReplicaVersion {
  readonly versionId: string;
  /** The version that was current before. */
  readonly previous?: string | undefined;
  /** RFC 3339. */
  readonly createdTime?: string | undefined;
}

/**
 * Whether a secondary may be believed: it has what the Secret holds, or what came right after it, or something that was
 * made after AWS had last agreed, `heldAt` (wall-clock milliseconds). Else the replica lags behind, and would take the
 * Secret back. Only GetSecretValue tells when a version was made: in a batch AWS calls it the date of the secret.
 */
export function isBelieved(
  replica: ReplicaVersion,
  held: SourceVersion | undefined,
  heldAt: number | undefined,
): boolean {
  if (held === undefined || replica.versionId === held.versionId || replica.previous === held.versionId) return true;
  return heldAt !== undefined && Date.parse(replica.createdTime ?? '') > heldAt;
}

/**
 * The same for parameters, whose version numbers mean something in one region only: what was made before what the
 * Secret holds is the same or older. That one of many was made later says nothing of the others.
 */
export function believeParameters(
  replica: ReplicaVersion & { readonly region: string; readonly isOne: boolean },
  held: SourceVersion | undefined,
): boolean {
  if (held === undefined || (replica.region === held.region && replica.versionId === held.versionId)) return true;
  const [made, before] = [Date.parse(replica.createdTime ?? ''), Date.parse(held.createdTime ?? '')];
  return replica.isOne && made > before;
}

import type { SourceVersion } from '../../controller/aws-secret/ports.ts';

/** What a replica tells of a version; undefined where the call does not tell. */
export interface ReplicaVersion {
  readonly versionId: string;
  /** The version that was current before. */
  readonly previous?: string | undefined;
  /** RFC 3339. */
  readonly createdTime?: string | undefined;
}

/** `unknown`: not without more about it. */
export type Belief = 'yes' | 'no' | 'unknown';

/**
 * Whether a secondary may be believed: it has what the Secret holds, or what came right after it, or something that was
 * made later. Else the replica lags behind, and would take the Secret back.
 */
export function believe(replica: ReplicaVersion, held: SourceVersion | undefined): Belief {
  if (held === undefined || replica.versionId === held.versionId || replica.previous === held.versionId) return 'yes';
  const [made, before] = [Date.parse(replica.createdTime ?? ''), Date.parse(held.createdTime ?? '')];
  if (Number.isNaN(made) || Number.isNaN(before)) return 'unknown';
  return made > before ? 'yes' : 'no';
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

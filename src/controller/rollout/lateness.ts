import type { ObjectMeta } from '../../crds/object.ts';
import { ok, type Result } from '../runtime/error.ts';
import { type Change, isChangeOf } from './change.ts';
import type { SecretReader } from './ports.ts';

/** The event of a Secret that is late wakes us; this is for a watch that has to be opened anew before it brings it. */
export const LATE_RECHECK_MS = 30_000;

/**
 * Finds, for one turn of a reconcile, a change that its Secret tells of no more. The watch of Secrets may be behind that of
 * workloads: who restarts for what it says would undo what another leader has done for a newer content. Each Secret is
 * asked for once, by whomever of its consumers comes first.
 */
export function createLateness(namespace: string, { secretMetadata }: SecretReader) {
  const asked = new Map<string, Promise<Result<ObjectMeta | undefined>>>();
  const read = (name: string): Promise<Result<ObjectMeta | undefined>> => {
    const answer = asked.get(name) ?? secretMetadata({ namespace, name });
    asked.set(name, answer);
    return answer;
  };
  return async (changes: readonly Change[]): Promise<Result<Change | undefined>> => {
    for (const change of changes) {
      const live = await read(change.secretName);
      if (!live.ok) return live;
      if (live.value === undefined || !isChangeOf(change, live.value)) return ok(change);
    }
    return ok(undefined);
  };
}

import { type Source, sourceKey } from '../../controller/aws-secret/sources/source.ts';
import type { Lane } from '../engine/lanes.ts';

/**
 * When another region last answered in the place of a primary: what the primary had told before may be older than that.
 * Of one source under one identity alone, because whatever else the primary is asked has nothing to do with it.
 */
export interface Handovers {
  /** Monotonic milliseconds; undefined where the primary has answered what was asked since. */
  since(primary: Lane, source: Source): number | undefined;
  /** Another region has answered, now. */
  left(primary: Lane, source: Source, now: number): void;
  /** The primary has answered what it was asked then. */
  answered(primary: Lane, source: Source, observedAt: number): void;
}

export function createHandovers(): Handovers {
  const all = new WeakMap<Lane, Map<string, number>>();
  return {
    since: (primary, source) => all.get(primary)?.get(sourceKey(source)),
    left(primary, source, now) {
      const times = all.get(primary) ?? new Map<string, number>();
      all.set(primary, times.set(sourceKey(source), now));
    },
    answered(primary, source, observedAt) {
      const times = all.get(primary);
      if (times === undefined) return;
      const key = sourceKey(source);
      const since = times.get(key);
      if (since === undefined || observedAt < since) return;
      times.delete(key);
      if (times.size === 0) all.delete(primary);
    },
  };
}

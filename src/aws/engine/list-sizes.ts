import type { Clock } from '../../controller/runtime/clock.ts';

/** How many secrets the lists of one identity in one region have; it is asked anew after a while. */
export interface ListSizes {
  /** Of a list that was never read, at least as many as of the longest that is part of it. */
  readonly of: (namePrefixes: readonly string[]) => number | undefined;
  learn(namePrefixes: readonly string[], count: number): void;
}

interface Size {
  readonly namePrefixes: readonly string[];
  readonly count: number;
  readonly until: number;
}

const BELIEVED_MS = 3_600_000;

export function createListSizes(clock: Clock): ListSizes {
  const sizes = new Map<string, Size>();
  const keyOf = (namePrefixes: readonly string[]): string => namePrefixes.join('\n');
  return {
    of(namePrefixes) {
      const now = clock.monotonic();
      const known = sizes.get(keyOf(namePrefixes));
      if (known !== undefined && known.until > now) return known.count;
      const parts = [...sizes.values()].filter(size => size.until > now && isPart(size.namePrefixes, namePrefixes));
      return parts.length === 0 ? undefined : Math.max(...parts.map(({ count }) => count));
    },
    learn(namePrefixes, count) {
      for (const [key, { until }] of sizes) if (until <= clock.monotonic()) sizes.delete(key);
      sizes.set(keyOf(namePrefixes), { namePrefixes, count, until: clock.monotonic() + BELIEVED_MS });
    },
  };
}

/** No prefix stands for every name. */
function isPart(part: readonly string[], whole: readonly string[]): boolean {
  if (whole.length === 0 || part.length === 0) return whole.length === 0;
  return part.every(prefix => whole.some(wider => prefix.startsWith(wider)));
}

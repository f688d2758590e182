import type { Clock } from '../../controller/runtime/clock.ts';

/** How many secrets the lists of one identity in one region have; it is asked anew after a while. */
export interface ListSizes {
  readonly of: (namePrefixes: readonly string[]) => number | undefined;
  learn(namePrefixes: readonly string[], count: number): void;
}

const BELIEVED_MS = 3_600_000;

export function createListSizes(clock: Clock): ListSizes {
  const sizes = new Map<string, { readonly count: number; readonly until: number }>();
  const keyOf = (namePrefixes: readonly string[]): string => namePrefixes.join('\n');
  return {
    of(namePrefixes) {
      const known = sizes.get(keyOf(namePrefixes));
      return known !== undefined && known.until > clock.monotonic() ? known.count : undefined;
    },
    learn(namePrefixes, count) {
      for (const [key, { until }] of sizes) if (until <= clock.monotonic()) sizes.delete(key);
      sizes.set(keyOf(namePrefixes), { count, until: clock.monotonic() + BELIEVED_MS });
    },
  };
}

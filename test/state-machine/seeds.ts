/** Each is a sequence; all of them run every time, before one that is drawn anew. */
export const SEEDS: readonly number[] = Array.from({ length: 20 }, (_, index) => index + 1);

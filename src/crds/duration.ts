const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** What the API server accepts for a duration; the CRD repeats it, so that the two cannot disagree. */
export const DURATION_PATTERN = '^(0|([0-9]+([.][0-9]+)?(ms|s|m|h))+)$';

/**
 * Milliseconds of a Go duration (`1h30m`, `1.5s`, `0`), in the units h, m, s and ms.
 * Returns undefined for anything else, and for what is longer than a number tells to the millisecond; never throws.
 */
export function parseDuration(text: string): number | undefined {
  if (!new RegExp(DURATION_PATTERN).test(text)) return undefined;
  let ms = 0;
  for (const [, number, unit] of text.matchAll(/([0-9.]+)(ms|s|m|h)/g)) {
    ms += Number(number) * (UNIT_MS[unit ?? ''] ?? 0);
  }
  return Number.isSafeInteger(Math.round(ms)) ? Math.round(ms) : undefined;
}

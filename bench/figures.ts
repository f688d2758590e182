/** Figures of one run, under the names in which they are published; null is what was not measured. */
export interface Figures {
  readonly n: number;
  /** The mean of the two bounds of the run. */
  readonly bound_s: number;
  readonly bound_cpu_s: number;
  readonly first_s: number;
  readonly cold_s: number;
  readonly cold_ratio: number;
  readonly settled_s: number;
  readonly settled_ratio: number;
  readonly cold_cpu_s: number;
  readonly settled_cpu_s: number;
  readonly peak_rss_mib: number;
  readonly cold_calls: number;
  readonly steady_calls_per_min: number | null;
  readonly steady_cpu_s_per_min: number | null;
  readonly rotate_p50_s: number | null;
  readonly rotate_p99_s: number | null;
  readonly rotate_max_s: number | null;
  readonly ready_s: number;
  readonly bundle_mb: number;
}

/** The figures of the last line, in its order. */
export const PUBLISHED: readonly (keyof Figures)[] = [
  'n',
  'bound_s',
  'bound_cpu_s',
  'cold_s',
  'cold_ratio',
  'settled_s',
  'settled_ratio',
  'cold_cpu_s',
  'peak_rss_mib',
  'cold_calls',
  'steady_calls_per_min',
  'steady_cpu_s_per_min',
  'rotate_p50_s',
  'rotate_p99_s',
  'ready_s',
  'bundle_mb',
];

/** The value that `share` of the values do not exceed; the greatest one rather than one in between. Null of none. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}

/** The median of each figure over several runs: the mean of the middle two of an even number. */
export function medians<T extends { readonly [name in keyof T]: number | null }>(runs: readonly T[]): T {
  const names = [...new Set(runs.flatMap(run => Object.keys(run)))] as (keyof T)[];
  return Object.fromEntries(names.map(name => [name, median(runs.map(run => run[name] ?? null))])) as T;
}

function median(values: readonly (number | null)[]): number | null {
  const sorted = values.filter(value => value !== null).sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

export function sum(values: Readonly<Record<string, number>>): number {
  return Object.values(values).reduce((total, value) => total + value, 0);
}

/** Rounded to what the measurement can tell apart. */
export function rounded(value: number): number {
  return Number(value.toFixed(3));
}

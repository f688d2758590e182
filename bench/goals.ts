import type { Figures } from './figures.ts';

export interface Goal {
  readonly text: string;
  readonly max: number;
}

type Rule = (n: number, rotate: number) => Goal | undefined;

const always =
  (text: string, max: number): Rule =>
  () => ({ text, max });
const atN =
  (goals: Readonly<Record<number, Goal>>): Rule =>
  n =>
    goals[n];
const COLD_RATIO: Goal = { text: '≤ 3 × bound', max: 3 };
const SETTLED_RATIO: Goal = { text: '≤ 5 × bound', max: 5 };
const coldCpu = atN({ 1000: { text: '≤ 3 s', max: 3 }, 5000: { text: '≤ 10 s', max: 10 } });

/** The project's goals. Those that depend on the number of objects are stated for the numbers given here only. */
const GOALS: { readonly [name in keyof Figures]?: Rule } = {
  cold_ratio: atN({ 1000: COLD_RATIO, 5000: COLD_RATIO }),
  settled_ratio: atN({ 1000: SETTLED_RATIO, 5000: SETTLED_RATIO }),
  cold_cpu_s: coldCpu,
  settled_cpu_s: coldCpu,
  peak_rss_mib: atN({ 5000: { text: '≤ 220 MiB', max: 220 } }),
  cold_calls: atN({ 1000: { text: '≤ 60', max: 60 } }),
  steady_calls_per_min: atN({ 1000: { text: '≤ 12 (Strict: ≤ 55)', max: 12 } }),
  steady_cpu_s_per_min: atN({ 1000: { text: '≤ 0.5 s', max: 0.5 } }),
  rotate_p99_s: (n, rotate) => (n === 1000 && rotate === 100 ? { text: '≤ 65 s', max: 65 } : undefined),
  ready_s: always('≤ 1 s', 1),
  bundle_mb: always('≤ 3 MB', 3),
};

/** The goal of a figure in a benchmark of `n` objects with `rotate` rotations; undefined when there is none. */
export function goalOf(name: keyof Figures, n: number, rotate: number): Goal | undefined {
  return GOALS[name]?.(n, rotate);
}

import { type Figures, medians, PUBLISHED, rounded } from './figures.ts';
import { goalOf } from './goals.ts';
import type { Machine } from './machine.ts';
import type { Run } from './measurement.ts';
import type { Options } from './options.ts';
import { aligned, byAction, shown, verdict, withUnit } from './table.ts';

interface Row {
  readonly name: keyof Figures;
  readonly what: string;
  readonly unit: string;
  /** What the bound takes for the same. */
  readonly bound?: (figures: Figures) => number;
}

/** By which factor the two bounds of a run may differ. */
const BOUNDS_AGREE = 1.25;
/** Which share of the cores may go to other programs and, on a virtual machine, to other machines. */
const OTHERS_SHARE = 0.1;

const ROWS: readonly Row[] = [
  { name: 'first_s', what: 'cold sync: first Secret', unit: 's' },
  { name: 'cold_s', what: 'cold sync: last Secret', unit: 's', bound: ({ bound_s }) => bound_s },
  { name: 'cold_ratio', what: '  in times of the bound', unit: '×' },
  { name: 'settled_s', what: 'cold sync: every status Ready', unit: 's', bound: ({ bound_s }) => bound_s },
  { name: 'settled_ratio', what: '  in times of the bound', unit: '×' },
  { name: 'cold_cpu_s', what: 'CPU until the last Secret', unit: 's', bound: ({ bound_cpu_s }) => bound_cpu_s },
  { name: 'settled_cpu_s', what: 'CPU until every status', unit: 's', bound: ({ bound_cpu_s }) => bound_cpu_s },
  { name: 'peak_rss_mib', what: 'peak RSS of the whole run', unit: 'MiB' },
  { name: 'cold_calls', what: 'AWS calls, cold sync', unit: '', bound: ({ n }) => Math.ceil(n / 20) },
  { name: 'steady_calls_per_min', what: 'AWS calls a minute, steady', unit: '' },
  { name: 'steady_cpu_s_per_min', what: 'CPU a minute, steady', unit: 's' },
  { name: 'rotate_p50_s', what: 'rotation until in the Secret, p50', unit: 's' },
  { name: 'rotate_p99_s', what: 'rotation until in the Secret, p99', unit: 's' },
  { name: 'rotate_max_s', what: 'rotation until in the Secret, max', unit: 's' },
  { name: 'ready_s', what: 'start to ready', unit: 's' },
  { name: 'bundle_mb', what: 'bundle without the kubeconfig part', unit: 'MB' },
];

/** The table for people: medians, their spread when there are several runs, bound, goal, and whether it is met. */
export function table(runs: readonly Run[], { rotate }: Options, machine: Machine): string {
  const figures = medians(runs.map(run => run.figures));
  const lines = ROWS.map(({ name, what, unit, bound }) => [
    what,
    withUnit(figures[name], unit) || 'not measured',
    spread(runs, name),
    withUnit(bound?.(figures), unit),
    ...verdict(figures[name], goalOf(name, figures.n, rotate)),
  ]);
  const head = ['', 'measured', runs.length > 1 ? 'least … most' : '', 'bound', 'goal', ''];
  const { cores, cpu, memoryGib, node, revision, loadBefore } = machine;
  return [
    `${figures.n} AwsSecrets · ${cores} × ${cpu}, ${memoryGib} GiB · Node ${node} · Kubernetes ${runs[0]?.kubernetes}`,
    `revision ${revision} · load of the minute before: ${shown(loadBefore)}`,
    ...runs.map(noiseOf),
    '',
    ...aligned([head, ...lines]),
    '',
    `AWS calls, cold sync: ${byAction(medians(runs.map(run => run.cold.calls)))}`,
    ...(figures.steady_calls_per_min === null
      ? []
      : [`AWS calls a minute, steady: ${byAction(medians(runs.map(run => run.steady?.callsPerMin ?? {})))}`]),
    '',
  ].join('\n');
}

/** How far the ratios of a run can be trusted: how far its bounds lie apart, and who else was at work. */
function noiseOf({ boundBefore: { seconds: before }, boundAfter: { seconds: after }, coldLoad }: Run): string {
  const { coreSeconds, othersSeconds, stolenSeconds } = coldLoad;
  const others = (othersSeconds + stolenSeconds) / coreSeconds;
  const isQuiet = Math.max(before, after) <= BOUNDS_AGREE * Math.min(before, after) && others <= OTHERS_SHARE;
  const bounds = `bound before ${shown(before)} s, after ${shown(after)} s`;
  const load = `other programs took ${shown(100 * others)} % of the cores during the cold sync`;
  return `${bounds} · ${load}${isQuiet ? '' : ' · THE MACHINE WAS NOT QUIET: run this again'}`;
}

function spread(runs: readonly Run[], name: keyof Figures): string {
  const values = runs.map(run => run.figures[name]).filter(value => value !== null);
  return values.length < 2 ? '' : `${shown(Math.min(...values))} … ${shown(Math.max(...values))}`;
}

/** The figures for machines: one line of JSON, the medians under their published names. */
export function summary(runs: readonly Run[]): string {
  const figures = medians(runs.map(run => run.figures));
  return JSON.stringify(
    Object.fromEntries(PUBLISHED.map(name => [name, figures[name] === null ? null : rounded(figures[name])])),
  );
}

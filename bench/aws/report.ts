import { medians, rounded } from '../figures.ts';
import type { Goal } from '../goals.ts';
import type { Machine } from '../machine.ts';
import type { MachineLoad } from '../machine-load.ts';
import type { Calls } from '../standin-counts.ts';
import { aligned, byAction, shown, verdict, withUnit } from '../table.ts';
import { type Figures, figuresOf } from './figures.ts';
import type { Run } from './measurement.ts';
import type { Options } from './options.ts';

interface Row {
  readonly name: keyof Figures;
  readonly what: (n: number) => string;
  readonly unit: string;
  /** The least that it can be. */
  readonly bound?: (n: number) => number;
  /** Undefined: the goal is not stated for so many objects. */
  readonly goal?: (n: number) => Goal | undefined;
}

const atMost = (max: number, unit = ''): Goal => ({ text: `≤ ${max} ${unit}`.trimEnd(), max });
const always = (max: number, unit: string) => () => atMost(max, unit);
const at1000 = (max: number, unit?: string) => (n: number) => (n === 1000 ? atMost(max, unit) : undefined);
const identities = (n: number): number => Math.ceil(n / 10);

const ROWS: readonly Row[] = [
  { name: 'calls_cold', what: () => 'calls, cold sync', unit: '', bound: n => Math.ceil(n / 20), goal: at1000(60) },
  {
    ...{ name: 'calls_per_min_strict', what: () => 'calls a minute, nothing changes, Strict', unit: '' },
    ...{ bound: n => Math.ceil(n / 20), goal: at1000(55) },
  },
  {
    ...{ name: 'calls_per_min_eventual', what: () => 'calls a minute, nothing changes, Eventual', unit: '' },
    ...{ bound: n => Math.ceil(n / 100), goal: at1000(12) },
  },
  {
    ...{ name: 'calls_per_min_100_identities', what: n => `the same, over ${identities(n)} identities`, unit: '' },
    ...{ bound: identities, goal: at1000(105) },
  },
  { name: 'cpu_s_per_min', what: () => 'operator CPU a minute, Eventual', unit: 's', goal: at1000(0.5, 's') },
  {
    ...{ name: 'sts_calls', what: () => 'calls of STS, cold and steady', unit: '' },
    ...{ bound: identities, goal: n => atMost(identities(n)) },
  },
  {
    ...{ name: 'rotate_p99_s', what: () => 'rotation under 10 % throttling, p99', unit: 's' },
    goal: at1000(65, 's'),
  },
  {
    ...{ name: 'blackhole_extra_s', what: () => 'the same later: the primary falls silent, p99', unit: 's' },
    goal: always(7, 's'),
  },
  { name: 'blackhole_lasting_extra_s', what: () => '  it has been silent for an interval', unit: 's' },
  { name: 'failover_calls', what: () => "  the secondary's calls in the first round", unit: '' },
  { name: 'failback_s', what: () => 'the primary is back, until all is read there', unit: 's', goal: always(60, 's') },
  {
    ...{ name: 'bytes_per_idle_object', what: () => 'memory (RSS) of one idle AwsSecret', unit: 'B' },
    goal: at1000(3_000, 'B'),
  },
  { name: 'heap_bytes_per_idle_object', what: () => '  of which on the heap', unit: 'B' },
];

/** Which share of the cores may go to other programs and, on a virtual machine, to other machines. */
const OTHERS_SHARE = 0.1;

/** The table for people: medians, bound, goal, and whether it is met. */
export function table(runs: readonly Run[], { n }: Options, machine: Machine): string {
  const all = runs.map(run => figuresOf(n, run));
  const figures = medians(all);
  const lines = ROWS.map(({ name, what, unit, bound, goal }) => [
    what(n),
    withUnit(figures[name], unit) || 'not measured',
    spread(all.flatMap(one => one[name] ?? [])),
    withUnit(bound?.(n), ''),
    ...verdict(figures[name], goal?.(n)),
  ]);
  const head = ['', 'measured', runs.length > 1 ? 'least … most' : '', 'least', 'goal', ''];
  const { cores, cpu, memoryGib, node, revision, loadBefore } = machine;
  return [
    `${n} AwsSecrets · ${cores} × ${cpu}, ${memoryGib} GiB · Node ${node}`,
    `revision ${revision} · load of the minute before: ${shown(loadBefore)}`,
    ...runs.flatMap(noises),
    '',
    ...aligned([head, ...lines]),
    '',
    ...runs.flatMap(counts),
    '',
  ].join('\n');
}

/** The figures for machines: one line of JSON, the medians under their published names. */
export function summary(runs: readonly Run[], { n }: Options): string {
  const figures = medians(runs.map(run => figuresOf(n, run)));
  const line = Object.entries(figures).map(([name, value]) => [name, value === null ? null : rounded(value)]);
  return JSON.stringify(Object.fromEntries(line));
}

function spread(values: readonly number[]): string {
  return values.length < 2 ? '' : `${shown(Math.min(...values))} … ${shown(Math.max(...values))}`;
}

/** What others did meanwhile: times and memory suffer by it, calls do not. */
function noises(run: Run): readonly string[] {
  const loads = Object.entries(run) as [string, { readonly load: MachineLoad } | null][];
  return loads.flatMap(([name, measured]) => {
    if (measured === null) return [];
    const { coreSeconds, othersSeconds, stolenSeconds } = measured.load;
    const others = (othersSeconds + stolenSeconds) / coreSeconds;
    if (others <= OTHERS_SHARE) return [];
    return `${name}: other programs took ${shown(100 * others)} % of the cores · THE MACHINE WAS NOT QUIET: run this again`;
  });
}

function counts({ eventual, strict, identities: teams, regions }: Run): readonly string[] {
  const line = (what: string, calls: Calls | undefined): readonly string[] =>
    calls === undefined ? [] : [`${what}: ${byAction(calls)}`];
  return [
    ...line('cold sync', eventual?.cold.calls),
    ...line('a minute, Strict', strict?.steady.callsPerMin),
    ...line('a minute, Eventual', eventual?.steady.callsPerMin),
    ...line(`a minute, ${teams?.identities} identities`, teams?.steady.callsPerMin),
    ...line(`STS, of ${teams?.identities} identities`, teams?.sts),
    ...line('the secondary in the first round without the primary', regions?.failoverCalls),
  ];
}

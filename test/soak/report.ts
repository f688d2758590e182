import type { Machine } from '../../bench/machine.ts';
import type { Soak } from './soak.ts';
import type { Comparison } from './verdict.ts';

/** What a reader wants to know, as lines of text; the last one says whether all is well. */
export function table(result: Soak, machine: Machine): string {
  const { events, reconnects, seconds, done, proxy, comparisons, kubernetes } = result;
  const faults = Object.entries(proxy.faults).map(([kind, count]) => `${kind} ${count}`);
  const exceeded = comparisons.filter(({ isWithin }) => !isWithin).map(({ figure }) => figure);
  return [
    `${events} watch events and ${reconnects} reconnects in ${Math.round(seconds / 60)} min: Kubernetes ${kubernetes}, node ${machine.node}, ${machine.cores} × ${machine.cpu}`,
    `${done.edits} edits, ${done.rotations} rotations with a restart, ${done.churned} AwsSecrets made, repaired and deleted`,
    `${proxy.watches} watches were answered, as the fault proxy counts them; of ${proxy.calls} calls met by a fault: ${faults.join(', ')}`,
    '',
    ['figure', 'after a tenth', 'at the end', 'change', 'may'].map(pad).join(''),
    ...comparisons.map(row),
    '',
    exceeded.length === 0 ? 'nothing leaks' : `it leaks: ${exceeded.join(', ')}`,
  ].join('\n');
}

function row({ figure, first, last, growth, limit, isWithin }: Comparison): string {
  const shown = (value: number): string =>
    figure.endsWith('Bytes') ? `${(value / 2 ** 20).toFixed(2)} MiB` : String(value);
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const may = limit === undefined ? 'only told' : `${percent(limit)}${isWithin ? '' : '  EXCEEDED'}`;
  return [figure, shown(first), shown(last), percent(growth), may].map(pad).join('').trimEnd();
}

function pad(text: string): string {
  return text.padEnd(16);
}

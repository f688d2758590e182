import { keyOf, type Revision } from '../history.ts';
import type { Run } from '../run.ts';
import type { Oracle } from './oracle.ts';

/**
 * How many more updates of one object a mishap explains. A status tells the failure and its end, and of workloads that
 * would have gone together apart from each other. Who does not know whether a Secret is as it was left writes it once more.
 * Nothing explains a further change of a workload.
 */
const EXPLAINED: Readonly<Partial<Record<Revision['kind'], number>>> = { AwsSecret: 6, Secret: 1 };

/** No object is created, changed or deleted more often than in the reference run and the mishap explains. */
export const counts: Oracle = (run, reference) => {
  const wanted = countsOf(reference);
  return [...countsOf(run)].flatMap(([what, { kind, count }]) => {
    const most = (wanted.get(what)?.count ?? 0) + (EXPLAINED[kind] ?? 0);
    return count > most ? [`${what}: ${count} times, at most ${most} are explained`] : [];
  });
};

function countsOf({ revisions, begin }: Run): ReadonlyMap<string, { kind: Revision['kind']; count: number }> {
  const found = new Map<string, { kind: Revision['kind']; count: number }>();
  const generations = new Map<string, number>();
  for (const [i, revision] of revisions.entries()) {
    const { kind, type, object } = revision;
    // Pods and events have oracles of their own.
    if (kind === 'Pod' || kind === 'Event') continue;
    const { uid, generation = 0 } = object.metadata;
    const isWorkload = kind === 'Deployment' || kind === 'StatefulSet';
    // Of a workload those changes count that its controller acts upon.
    if (isWorkload && type === 'MODIFIED' && generations.get(uid) === generation) continue;
    generations.set(uid, generation);
    if (i < begin) continue;
    const what = `${keyOf(revision)} ${type}`;
    found.set(what, { kind, count: (found.get(what)?.count ?? 0) + 1 });
  }
  return found;
}

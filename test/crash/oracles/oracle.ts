import type { Revision } from '../history.ts';
import type { Run } from '../run.ts';

/** What must hold for a run, beside the reference run of its scenario: one sentence for each breach. Pure. */
export type Oracle = (run: Run, reference: Run) => readonly string[];

/** The changes from the beginning of the act. */
export function actOf({ revisions, begin }: Run): readonly Revision[] {
  return revisions.slice(begin);
}

/** The changes of each object of a kind, in order, by its UID. */
export function byObject(revisions: readonly Revision[], ...kinds: readonly Revision['kind'][]) {
  const found = Map.groupBy(
    revisions.filter(({ kind }) => kinds.includes(kind)),
    ({ object }) => object.metadata.uid,
  );
  return [...found.values()];
}

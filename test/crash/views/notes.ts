import { isDeepStrictEqual } from 'node:util';
import { keyOf, type Revision, type Stored } from '../history.ts';
import type { Run } from '../run.ts';

/**
 * The run without changes of Secrets that change nothing. Who looks at an old Secret applies what is there already: then
 * the API server notes once who manages its fields.
 */
export function withoutNotes(run: Run): Run {
  const { revisions, begin, reached } = run;
  const latest = new Map<string, Revision>();
  const isNote = revisions.map(revision => {
    const before = latest.get(keyOf(revision));
    latest.set(keyOf(revision), revision);
    return revision.kind === 'Secret' && before !== undefined && isSame(before, revision);
  });
  const kept = (end: number): number => isNote.slice(0, end).filter(is => !is).length;
  return { ...run, revisions: revisions.filter((_, i) => !isNote[i]), begin: kept(begin), reached: kept(reached) };
}

function isSame(before: Revision, after: Revision): boolean {
  return before.type !== 'DELETED' && after.type !== 'DELETED' && isDeepStrictEqual(partOf(before), partOf(after));
}

function partOf({ object: { metadata, ...rest } }: Revision): object {
  const {
    managedFields: _,
    resourceVersion: __,
    ...kept
  } = metadata as Stored['metadata'] & { managedFields?: unknown };
  return { ...rest, metadata: kept };
}

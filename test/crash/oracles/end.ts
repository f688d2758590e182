import { isDeepStrictEqual } from 'node:util';
import { keyOf, type Revision } from '../history.ts';
import type { Run } from '../run.ts';
import type { Oracle } from './oracle.ts';

/** It ends where the reference run ends, and stays there. */
export const end: Oracle = (run, reference) => {
  const missed = run.end === reference.end ? [] : [`it ended otherwise:\n${difference(reference.end, run.end)}`];
  // What happened may be told a little later.
  const restless = run.revisions
    .slice(run.reached)
    .filter(({ kind }) => kind !== 'Event')
    .map(revision => `${keyOf(revision)} ${revision.type} after the end: ${changeOf(revision, run)}`);
  return [...missed, ...restless];
};

/** What a change has changed: names, never values. */
function changeOf(revision: Revision, { revisions }: Run): string {
  const former = revisions.slice(0, revisions.indexOf(revision)).findLast(other => keyOf(other) === keyOf(revision));
  return [...changedPaths(former?.object, revision.object)].join(', ');
}

function* changedPaths(before: unknown, after: unknown, path = ''): Generator<string> {
  if (isDeepStrictEqual(before, after) || /^\.metadata\.(managedFields|resourceVersion)$/.test(path)) return;
  const [a, b] = [before, after].map(value => (typeof value === 'object' && value !== null ? value : undefined));
  if (a === undefined || b === undefined) return yield path;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    yield* changedPaths(a[key as keyof typeof a], b[key as keyof typeof b], `${path}.${key}`);
  }
}

/** The lines that are only in one of two texts. */
export function difference(wanted: string, found: string): string {
  const [a, b] = [wanted.split('\n'), found.split('\n')];
  const missing = a.filter(line => !b.includes(line)).map(line => `- ${line}`);
  const surplus = b.filter(line => !a.includes(line)).map(line => `+ ${line}`);
  return [...missing, ...surplus].join('\n');
}

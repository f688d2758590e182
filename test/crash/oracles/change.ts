import { isDeepStrictEqual } from 'node:util';
import { keyOf, type Revision } from '../history.ts';

/** What a change has changed: names, never values. */
export function changeOf(revision: Revision, all: readonly Revision[]): string {
  const former = all.slice(0, all.indexOf(revision)).findLast(other => keyOf(other) === keyOf(revision));
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

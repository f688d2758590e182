import { keyOf } from '../history.ts';
import { changeOf } from './change.ts';
import type { Oracle } from './oracle.ts';

/** It ends where the reference run ends, and stays there. */
export const end: Oracle = (run, reference) => {
  const missed = run.end === reference.end ? [] : [`it ended otherwise:\n${difference(reference.end, run.end)}`];
  // What happened may be told a little later.
  const restless = run.revisions
    .slice(run.reached)
    .filter(({ kind }) => kind !== 'Event')
    .map(revision => `${keyOf(revision)} ${revision.type} after the end: ${changeOf(revision, run.revisions)}`);
  return [...missed, ...restless];
};

/** The lines that are only in one of two texts. */
export function difference(wanted: string, found: string): string {
  const [a, b] = [wanted.split('\n'), found.split('\n')];
  const missing = a.filter(line => !b.includes(line)).map(line => `- ${line}`);
  const surplus = b.filter(line => !a.includes(line)).map(line => `+ ${line}`);
  return [...missing, ...surplus].join('\n');
}

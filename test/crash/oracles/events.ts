import type { Revision } from '../history.ts';
import { actOf, type Oracle } from './oracle.ts';

interface Told {
  readonly type: string;
  readonly reason: string;
  readonly regarding: { readonly name: string; readonly uid: string };
  readonly related?: { readonly kind: string; readonly name: string };
  readonly note: string;
}

/** At most one event for each distinct cause; good news only of what the reference run tells too. */
export const events: Oracle = (run, reference) => {
  const told = eventsOf(actOf(run)).map(cause);
  const wanted = new Set(eventsOf(actOf(reference)).map(cause));
  const twice = told.filter((name, i) => told.indexOf(name) !== i);
  // That it is well again is told where it was told that it was not.
  const firstWarning = told.findIndex(name => name.startsWith('Warning'));
  const isRecovery = (i: number): boolean => firstWarning >= 0 && i > firstWarning;
  const unheard = told.filter((name, i) => name.startsWith('Normal') && !wanted.has(name) && !isRecovery(i));
  return [
    ...new Set(twice.map(name => `told more than once: ${name}`)),
    ...unheard.map(name => `told, but not without faults: ${name}`),
  ];
};

function eventsOf(revisions: readonly Revision[]): readonly Told[] {
  const found = revisions.filter(({ kind, type }) => kind === 'Event' && type !== 'DELETED');
  return found.map(({ object }) => object as unknown as Told);
}

/** What was told, of which incarnation of what; the same note twice is one cause, unless the content changed in between. */
function cause({ type, reason, regarding, related, note }: Told): string {
  return `${type} ${reason} ${regarding.name} ${related ? `${related.kind}/${related.name}` : ''} ${note}`;
}

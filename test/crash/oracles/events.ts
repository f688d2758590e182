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
  const wanted = eventsOf(actOf(reference)).map(cause);
  const count = (all: readonly string[], name: string): number => all.filter(other => other === name).length;
  const twice = told.filter(name => count(told, name) > Math.max(1, count(wanted, name)));
  // That it is well again is told where it was told that it was not.
  const firstWarning = told.findIndex(name => name.startsWith('Warning'));
  const isRecovery = (i: number): boolean => firstWarning >= 0 && i > firstWarning;
  const unheard = told.filter((name, i) => name.startsWith('Normal') && !wanted.includes(name) && !isRecovery(i));
  return [
    ...[...new Set(twice)].map(name => `told more often than it happened: ${name}`),
    ...unheard.map(name => `told, but not without faults: ${name}`),
  ];
};

function eventsOf(revisions: readonly Revision[]): readonly Told[] {
  const found = revisions.filter(({ kind, type }) => kind === 'Event' && type !== 'DELETED');
  return found.map(({ object }) => object as unknown as Told);
}

/** What was told, and of what. */
function cause({ type, reason, regarding, related, note }: Told): string {
  return `${type} ${reason} ${regarding.name} ${related ? `${related.kind}/${related.name}` : ''} ${note}`;
}

import { HASH_KEY_SECRET } from '../../../src/crds/names.ts';
import { digestOf } from '../cluster.ts';
import { keyOf, type Revision } from '../history.ts';
import { actOf, type Oracle } from './oracle.ts';

/** Secrets go through the contents of the reference run, in that order and no other: none half written, none taken back. */
export const contents: Oracle = (run, reference) => {
  const wanted = contentsOf(actOf(reference));
  return [...contentsOf(actOf(run))].flatMap(([secret, found]) => {
    const expected = wanted.get(secret) ?? [];
    return isWithin(found, expected)
      ? []
      : [`${secret} went through ${found.join(', ')}; without faults through ${expected.join(', ')}`];
  });
};

function contentsOf(revisions: readonly Revision[]): ReadonlyMap<string, readonly string[]> {
  const secrets = revisions.filter(({ kind, object }) => kind === 'Secret' && object.metadata.name !== HASH_KEY_SECRET);
  const found = new Map<string, readonly string[]>();
  for (const revision of secrets) {
    const content = revision.type === 'DELETED' ? 'nothing' : digestOf(revision.object);
    const before = found.get(keyOf(revision)) ?? [];
    if (before.at(-1) !== content) found.set(keyOf(revision), [...before, content]);
  }
  return found;
}

/** A step may be left out: a successor finds what AWS and the spec say by then. */
function isWithin(found: readonly string[], expected: readonly string[]): boolean {
  let next = 0;
  for (const content of found) {
    const at = expected.indexOf(content, next);
    if (at < 0) return false;
    next = at + 1;
  }
  return true;
}

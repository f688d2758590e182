import { CONTENT_ANNOTATION, RESTART_CONTENT_PREFIX } from '../../../src/crds/names.ts';
import { keyOf, type Revision } from '../history.ts';
import { byObject, type Oracle } from './oracle.ts';

/**
 * Each workload is restarted at most once for each change of a Secret's content, for no content that the Secret has not
 * held before, and never back to an older one.
 */
export const restarts: Oracle = ({ revisions }) =>
  byObject(revisions, 'Deployment', 'StatefulSet').flatMap(changes => restartDefects(changes, revisions));

function restartDefects(changes: readonly Revision[], all: readonly Revision[]): readonly string[] {
  const served = new Map<string, number>();
  const defects = stampings(changes).flatMap(({ revision, slug, content }) => {
    const held = contentChanges(all, slug).filter(({ version }) => version < revision.version);
    const index = held.findLastIndex(change => change.content === content);
    const isNew = index > (served.get(slug) ?? -1);
    served.set(slug, Math.max(index, served.get(slug) ?? -1));
    if (index < 0) return [`${keyOf(revision)} is stamped for a content that Secret ${slug} has not held before`];
    return isNew ? [] : [`${keyOf(revision)} is restarted again for one change of Secret ${slug}`];
  });
  return defects;
}

/** Every time that a template came to name another content. */
function stampings(changes: readonly Revision[]) {
  return changes.slice(1).flatMap((revision, i) => {
    const before = changes[i];
    const stamps = Object.entries(stampsOf(revision));
    const fresh = stamps.filter(([slug, content]) => before !== undefined && stampsOf(before)[slug] !== content);
    return fresh.map(([slug, content]) => ({ revision, slug, content }));
  });
}

/** When the Secret of that name came to hold another content. */
function contentChanges(all: readonly Revision[], secret: string) {
  const held = all
    .filter(revision => keyOf(revision) === `Secret/${secret}` && revision.type !== 'DELETED')
    .map(({ version, object }) => ({ version, content: object.metadata.annotations?.[CONTENT_ANNOTATION] }));
  return held.filter(({ content }, i) => content !== held[i - 1]?.content);
}

/** What the template is stamped with, by slug. */
function stampsOf({ object }: Revision): Readonly<Record<string, string>> {
  const { template } = object['spec'] as {
    readonly template: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } };
  };
  const stamps = Object.entries(template.metadata?.annotations ?? {}).filter(([name]) =>
    name.startsWith(RESTART_CONTENT_PREFIX),
  );
  return Object.fromEntries(stamps.map(([name, content]) => [name.slice(RESTART_CONTENT_PREFIX.length), content]));
}

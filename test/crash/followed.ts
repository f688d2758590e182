import type { KubeAdmin, KubeObject } from '../support/kube-admin.ts';
import { COLLECTIONS, type History } from './history.ts';

const PLURALS: ReadonlySet<string> = new Set(Object.values(COLLECTIONS).map(({ plural }) => plural));
const OBJECT = /\/namespaces\/([^/?]+)\/([^/?]+)(?:\/([^/?]+))?/;

/**
 * The same admin, whose writes the history knows by the time they return: who acts upon the history next never acts upon
 * what was before, and nobody has to ask the API server what there is.
 */
export function followed(kube: KubeAdmin, history: History): KubeAdmin {
  const known = async <T extends KubeObject>(path: string, written: T): Promise<T> => {
    const { namespace = '', uid, resourceVersion } = written.metadata;
    if (!isFollowed(path)) return written;
    await history.when(`the history knows version ${resourceVersion} of ${path}`, () =>
      history
        .of(namespace)
        .some(({ version, object }) => version >= Number(resourceVersion) && object.metadata.uid === uid),
    );
    return written;
  };
  return {
    ...kube,
    create: async (path, body) => await known(path, await kube.create(path, body)),
    patch: async (path, body) => await known(path, await kube.patch(path, body)),
    async remove(path) {
      const [, namespace = '', plural, name] = OBJECT.exec(path) ?? [];
      const isIt = (kind: keyof typeof COLLECTIONS): boolean => COLLECTIONS[kind].plural === plural;
      const live = [...history.live(namespace).values()];
      const found = live.find(({ kind, object }) => isIt(kind) && object.metadata.name === name);
      if (found === undefined && isFollowed(path))
        throw new Error(`the history does not know ${path} yet: wait for it`);
      await kube.remove(path);
      const uid = found?.object.metadata.uid;
      if (uid === undefined) return;
      await history.when(`the history knows that ${path} is gone`, () =>
        history.of(namespace).some(({ type, object }) => type === 'DELETED' && object.metadata.uid === uid),
      );
    },
  };
}

function isFollowed(path: string): boolean {
  const [, , plural = ''] = OBJECT.exec(path) ?? [];
  return PLURALS.has(plural);
}

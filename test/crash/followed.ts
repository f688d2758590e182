import type { KubeAdmin, KubeObject } from '../support/kube-admin.ts';
import { COLLECTIONS, type History } from './history.ts';

const COLLECTION = /\/namespaces\/([^/?]+)\/([^/?]+)(?:\/([^/?]+))?/;

/**
 * The same admin, whose writes the history knows by the time they return: who acts upon the history next never acts upon
 * what was before, and nobody has to ask the API server what there is.
 */
export function followed(kube: KubeAdmin, history: History): KubeAdmin {
  const known = async <T extends KubeObject>(path: string, written: T): Promise<T> => {
    const { namespace = '', uid, resourceVersion } = written.metadata;
    if (placeOf(path) === undefined) return written;
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
      const place = placeOf(path);
      if (place === undefined) return await kube.remove(path);
      const uid = history.live(place.namespace).get(place.key)?.object.metadata.uid;
      if (uid === undefined) throw new Error(`the history does not know ${path} yet: wait for it`);
      await kube.remove(path);
      await history.when(`the history knows that ${path} is gone`, () =>
        history.of(place.namespace).some(({ type, object }) => type === 'DELETED' && object.metadata.uid === uid),
      );
    },
  };
}

/** Where the history has the object of a path, or those of a collection; undefined for kinds that it does not follow. */
function placeOf(path: string): { readonly namespace: string; readonly key: string } | undefined {
  const [, namespace = '', plural, name = ''] = COLLECTION.exec(path) ?? [];
  const [kind] = Object.entries(COLLECTIONS).find(([, collection]) => collection.plural === plural) ?? [];
  return kind === undefined ? undefined : { namespace, key: `${kind}/${name}` };
}

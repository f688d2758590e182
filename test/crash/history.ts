import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import { linesOf } from '../support/fault-proxy/watch.ts';
import type { KubeAccess, KubeObject } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';

export type Kind = 'Secret' | 'AwsSecret' | 'Deployment' | 'StatefulSet' | 'Pod' | 'Event';

export type Stored = KubeObject & Readonly<Record<string, unknown>>;

/** One change of one object, as the API server made it: etcd's own order over all kinds. */
export interface Revision {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly kind: Kind;
  readonly object: Stored;
}

/** Every change that anybody makes, seen beside the operator and whatever its faults are. */
export interface History {
  /** The changes in a namespace so far, in the order in which they were made. */
  of(namespace: string): readonly Revision[];
  /** The objects of a namespace that there are, by `Kind/name`. */
  live(namespace: string): ReadonlyMap<string, Revision>;
  /** Waits until `probe` says so, which is asked whenever something has changed. Rejects when it does not in 20 seconds. */
  when(what: string, probe: () => boolean): Promise<void>;
  /** Waits until it has seen all that there is now. */
  caughtUp(namespace: string): Promise<void>;
  /** That of the latest change of anything: what is changed from now on has a higher one, whenever it is seen. */
  version(): Promise<number>;
  forget(namespace: string): void;
  stop(): Promise<void>;
}

/** Where each kind is served. */
export const COLLECTIONS: Readonly<Record<Kind, { readonly api: string; readonly plural: string }>> = {
  Secret: { api: '/api/v1', plural: 'secrets' },
  AwsSecret: { api: '/apis/secrets-operator.io/v1alpha1', plural: 'awssecrets' },
  Deployment: { api: '/apis/apps/v1', plural: 'deployments' },
  StatefulSet: { api: '/apis/apps/v1', plural: 'statefulsets' },
  Pod: { api: '/api/v1', plural: 'pods' },
  Event: { api: '/apis/events.k8s.io/v1', plural: 'events' },
};
/** Far longer than a watch lags on a busy machine. */
const LAG_MS = 20_000;
const KINDS = Object.keys(COLLECTIONS) as Kind[];

interface List {
  readonly metadata: KubeObject['metadata'];
  readonly items: readonly Stored[];
}

/**
 * Watches the whole cluster, around the operator's proxy: what happens from now on, or what there is too, as if it had
 * just been made.
 */
export async function startHistory(access: KubeAccess, from: 'now' | 'what there is' = 'now'): Promise<History> {
  const dispatcher = new Agent({ connect: { ca: await readFile(access.certificateAuthority, 'utf8') } });
  const over = new AbortController();
  const places = new Map<string, { readonly all: Revision[]; readonly live: Map<string, Revision> }>();
  const placeOf = (namespace: string) => {
    const place = places.get(namespace) ?? { all: [], live: new Map() };
    places.set(namespace, place);
    return place;
  };
  const get = async (path: string) => {
    const headers = { authorization: `Bearer ${access.token}` };
    const { signal } = over;
    return (await request(access.url + path, { dispatcher, headers, signal, bodyTimeout: 0 })).body;
  };
  const note = (kind: Kind, type: string, object: Stored): void => {
    if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') return;
    const { all, live } = placeOf(object.metadata.namespace ?? '');
    const revision = { version: Number(object.metadata.resourceVersion), type, kind, object } as const;
    // The watches of several kinds are not in order among each other.
    all.splice(all.findLastIndex(({ version }) => version < revision.version) + 1, 0, revision);
    const key = keyOf(revision);
    if (type === 'DELETED') live.delete(key);
    else live.set(key, revision);
    for (const look of looks) look();
  };
  const looks = new Set<() => void>();
  const when = async (what: string, probe: () => boolean): Promise<void> => {
    if (probe()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => {
      if (probe()) resolve();
    };
    const timer = setTimeout(() => reject(new Error(`${what}: not after ${LAG_MS / 1_000} s`)), LAG_MS);
    looks.add(look);
    await promise.finally(() => {
      looks.delete(look);
      clearTimeout(timer);
    });
  };
  const follow = async (kind: Kind, version: string): Promise<void> => {
    const { api, plural } = COLLECTIONS[kind];
    const query = `watch=true&allowWatchBookmarks=true&timeoutSeconds=3600&resourceVersion=${version}`;
    for await (const line of linesOf(await get(`${api}/${plural}?${query}`))) {
      const { type, object } = JSON.parse(line.toString()) as { readonly type: string; readonly object: Stored };
      note(kind, type, object);
    }
    throw new Error(`the watch of ${plural} has ended`);
  };
  const following = KINDS.map(async kind => {
    const { api, plural } = COLLECTIONS[kind];
    const list = (await (await get(`${api}/${plural}?limit=1`)).json()) as List;
    const version = from === 'now' ? list.metadata.resourceVersion : '';
    return { kind, ended: follow(kind, version).catch(error => error) };
  });
  const ends = await Promise.all(following);
  const isCurrent = async (namespace: string, kind: Kind): Promise<boolean> => {
    const { api, plural } = COLLECTIONS[kind];
    const { items } = (await (await get(`${api}/namespaces/${namespace}/${plural}`)).json()) as List;
    const seen = [...placeOf(namespace).live.values()].filter(revision => revision.kind === kind);
    const versions = new Set(items.map(({ metadata }) => Number(metadata.resourceVersion)));
    return seen.length === items.length && seen.every(({ version }) => versions.has(version));
  };

  return {
    of: namespace => placeOf(namespace).all,
    live: namespace => placeOf(namespace).live,
    when,
    async caughtUp(namespace) {
      const patience = { timeoutMs: LAG_MS, intervalMs: 5 };
      const each = KINDS.map(kind =>
        until(`the history knows each ${kind} of ${namespace}`, patience, () => isCurrent(namespace, kind)),
      );
      await Promise.all(each);
    },
    async version() {
      const { metadata } = (await (await get('/api/v1/namespaces?limit=1')).json()) as List;
      return Number(metadata.resourceVersion);
    },
    forget(namespace) {
      places.delete(namespace);
    },
    async stop() {
      over.abort();
      await Promise.all(ends.map(({ ended }) => ended));
      await dispatcher.destroy();
    },
  };
}

/** `Kind/name`. */
export function keyOf({ kind, object }: Revision): string {
  return `${kind}/${object.metadata.name}`;
}

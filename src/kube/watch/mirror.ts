import { errorName } from '../../controller/runtime/error.ts';
import { formatKey, parseKey } from '../../controller/runtime/key.ts';
import type { Log } from '../../controller/runtime/log.ts';
import type { ObjectMeta } from '../../crds/object.ts';
import type { Resource } from '../resource.ts';
import type { Store } from './store.ts';

/** What every object has, whatever is left of it when it is reduced. */
export interface Listed {
  readonly metadata: ObjectMeta;
}

const IDENTITY = ['namespace', 'name', 'uid', 'resourceVersion'] as const;

/** Whether it can be told from every other object, and from what it was before. */
export function isListed(object: unknown): object is Listed {
  const { metadata } = (object ?? {}) as { readonly metadata?: Readonly<Record<string, unknown>> | null };
  return IDENTITY.every(field => typeof metadata?.[field] === 'string' && metadata[field] !== '');
}

/** A change as the store has just taken it in: `before` undefined for a new object, `after` for one that is gone. */
export type ChangeHandler<T> = (key: string, before: T | undefined, after: T | undefined, isInitial: boolean) => void;

export interface MirrorOptions<T extends Listed> {
  readonly resource: Resource;
  /** Undefined for all namespaces. */
  readonly namespace: string | undefined;
  /** Reduces an object on arrival; what it leaves out is never held, nor is an object that becomes undefined. */
  readonly reduce: (object: object) => T | undefined;
  readonly store: Store<T>;
  /** Must only note the change: it is called synchronously for every event. */
  readonly onChange: ChangeHandler<T>;
  readonly log: Log;
  readonly metrics?: MirrorMetrics;
}

export interface MirrorMetrics {
  /** An object was passed over, because it could not be reduced or indexed. */
  unreadable(resource: string): void;
}

/** Brings what arrives into the store. One object that cannot be read, or a handler that throws, hides no other. */
export interface Mirror<T> {
  /**
   * What is kept of an item of a list; undefined when it is none of ours. Of one that cannot be read it is what was kept
   * before.
   */
  read(item: unknown): T | undefined;
  /** From now on the store holds these objects, and no other of the namespace. */
  replace(objects: Iterable<T>): void;
  set(object: Listed): void;
  delete(object: Listed): void;
}

export function createMirror<T extends Listed>(options: MirrorOptions<T>): Mirror<T> {
  const { store, namespace, reduce, onChange, metrics } = options;
  const resource = options.resource.plural;
  const log = options.log.with({ resource });

  const unreadable = (key: string | undefined, reason: string): void => {
    log.error('object cannot be read', { ...(key !== undefined && parseKey(key)), reason });
    metrics?.unreadable(resource);
  };

  const read = (item: unknown): T | undefined => {
    if (!isListed(item)) {
      unreadable(undefined, 'Nameless');
      return undefined;
    }
    try {
      return reduce(item);
    } catch (error) {
      const key = formatKey(item.metadata);
      unreadable(key, errorName(error));
      return store.get(key);
    }
  };

  const change = (key: string, after: T | undefined, isInitial: boolean): void => {
    const before = store.get(key);
    if (before?.metadata.resourceVersion === after?.metadata.resourceVersion) return;
    try {
      if (after === undefined) store.delete(key);
      else store.set(after);
    } catch (error) {
      unreadable(key, errorName(error));
      return;
    }
    try {
      onChange(key, before, after, isInitial);
    } catch (error) {
      log.error('change handler threw', { ...parseKey(key), reason: errorName(error) });
    }
  };

  return {
    read,
    replace(objects) {
      const wanted = new Map([...objects].map(object => [formatKey(object.metadata), object]));
      const isMine = (key: string): boolean => namespace === undefined || parseKey(key).namespace === namespace;
      for (const key of [...store.keys()]) if (isMine(key) && !wanted.has(key)) change(key, undefined, true);
      for (const [key, object] of wanted) change(key, object, true);
    },
    set: object => change(formatKey(object.metadata), read(object), false),
    delete: ({ metadata }) => change(formatKey(metadata), undefined, false),
  };
}

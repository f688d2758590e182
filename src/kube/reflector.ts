import { backoffMs } from '../controller/runtime/backoff.ts';
import { type Clock, pause, type Random } from '../controller/runtime/clock.ts';
import { formatKey, parseKey } from '../controller/runtime/key.ts';
import type { Log } from '../controller/runtime/log.ts';
import type { ObjectMeta } from '../crds/object.ts';
import type { KubeResult } from './error.ts';
import { type Resource, resourcePath } from './resource.ts';
import type { Store } from './store.ts';
import type { Transport } from './transport.ts';
import { type WatchEvent, watchEvents } from './watch-stream.ts';

/** A change as the store has just taken it in: `before` undefined for a new object, `after` for one that is gone. */
export type ChangeHandler<T> = (key: string, before: T | undefined, after: T | undefined, isInitial: boolean) => void;

export interface ReflectorOptions<T extends { readonly metadata: ObjectMeta }> {
  readonly transport: Transport;
  readonly resource: Resource;
  /** Undefined for all namespaces. Several reflectors, one for each namespace, may share a store. */
  readonly namespace: string | undefined;
  readonly query?: Readonly<Record<string, string>>;
  readonly accept?: { readonly list: string; readonly watch: string };
  /** Reduces an object on arrival; what it leaves out is never held. */
  readonly reduce: (object: unknown) => T;
  readonly store: Store<T>;
  /** Must only note the change: it is called synchronously for every event. */
  readonly onChange: ChangeHandler<T>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

const PAGE = 500;
const BACKOFF = { baseMs: 800, maxMs: 30_000 } as const;
/** A watch that lived this long shows that the server is well again. */
const HEALTHY_MS = 120_000;
/** The server ends a watch after five to ten minutes, as client-go asks it to, so that the load spreads. */
const WATCH_SECONDS = { min: 300, spread: 300 } as const;
/** Bookmarks come about once a minute; a connection that is silent for longer is half-open, or costs little to renew. */
const IDLE_MS = 90_000;

/** What usually mends it. */
const HINTS: Readonly<Record<number, string>> = {
  0: 'the API server did not answer',
  401: 'the API server does not know us: is the token or the kubeconfig still good?',
  403: 'RBAC does not allow it: does the chart create the roles, for all of --watch-namespaces?',
  404: 'the API server does not know this resource: are the CustomResourceDefinitions installed?',
};

interface ListBody {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  /** Go prints an empty list of metadata as null. */
  readonly items: readonly unknown[] | null;
}

/** Keeps a store equal to a collection of the API server: list, then watch from there, for ever. */
export class Reflector<T extends { readonly metadata: ObjectMeta }> {
  readonly #options: ReflectorOptions<T>;
  readonly #path: string;
  readonly #stop = new AbortController();
  readonly #synced = Promise.withResolvers<void>();
  #lastAttempt: number;
  #failures = 0;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#path = resourcePath(options.resource, options.namespace);
    this.#lastAttempt = options.clock.monotonic();
  }

  /** Resolves once the store holds a first complete list. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Monotonic milliseconds of the last sign of life: a list or watch begun, or an event received. */
  get lastAttempt(): number {
    return this.#lastAttempt;
  }

  /** Runs until `stop`; never rejects. */
  async run(): Promise<void> {
    let version: string | undefined;
    while (!this.#stop.signal.aborted) {
      this.#lastAttempt = this.#options.clock.monotonic();
      try {
        version = version === undefined ? await this.#list() : await this.#watch(version);
      } catch {
        // An object that cannot be reduced: a defect, which a fresh list may get over, and which must not end the loop.
        version = this.#failed('reduce', 0);
      }
      if (this.#failures === 0 || this.#stop.signal.aborted) continue;
      const { clock, random } = this.#options;
      await pause(clock, backoffMs(this.#failures, BACKOFF, random), this.#stop.signal);
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Reads the collection page by page and replaces the store with it; undefined when it has to begin anew. */
  async #list(): Promise<string | undefined> {
    const { transport, query, accept, reduce } = this.#options;
    const objects = new Map<string, T>();
    let next = '';
    do {
      const page = { limit: String(PAGE), ...(next !== '' && { continue: next }) };
      const call = {
        method: 'GET',
        path: this.#path,
        query: { ...query, ...page },
        ...(accept && { accept: accept.list }),
      } as const;
      const result = (await transport.call(call)) as KubeResult<ListBody>;
      if (!result.ok) return this.#failed('list', result.error.status);
      for (const item of result.value.items ?? []) {
        const object = reduce(item);
        objects.set(formatKey(object.metadata), object);
      }
      next = result.value.metadata.continue ?? '';
      if (next !== '') continue;
      if (this.#stop.signal.aborted) return undefined;
      this.#replace(objects);
      this.#failures = 0;
      this.#synced.resolve();
      return result.value.metadata.resourceVersion;
    } while (next !== '');
    return undefined;
  }

  #replace(objects: ReadonlyMap<string, T>): void {
    const { store, namespace } = this.#options;
    const isMine = (key: string): boolean => namespace === undefined || parseKey(key).namespace === namespace;
    for (const key of [...store.keys()]) if (isMine(key) && !objects.has(key)) this.#change(key, undefined, true);
    for (const [key, object] of objects) {
      if (store.get(key)?.metadata.resourceVersion !== object.metadata.resourceVersion) this.#change(key, object, true);
    }
  }

  /** Follows the collection from `version`; returns where to resume, or undefined to list again. */
  async #watch(version: string): Promise<string | undefined> {
    const { transport, query, accept, clock, random } = this.#options;
    const seconds = Math.round(WATCH_SECONDS.min + WATCH_SECONDS.spread * random());
    const watch = {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: version,
      timeoutSeconds: String(seconds),
    };
    const call = {
      method: 'GET',
      path: this.#path,
      query: { ...query, ...watch },
      ...(accept && { accept: accept.watch }),
    } as const;
    const startedAt = clock.monotonic();
    const result = await transport.stream(call, IDLE_MS, this.#stop.signal);
    if (!result.ok) {
      this.#failed('watch', result.error.status);
      return result.error.status === 410 ? undefined : version;
    }
    let last = version;
    let count = 0;
    for await (const event of watchEvents(result.value)) {
      this.#lastAttempt = clock.monotonic();
      if (event.type === 'ERROR') return this.#refused(event, last);
      last = event.object.metadata?.resourceVersion ?? last;
      count += 1;
      if (event.type !== 'BOOKMARK') this.#take(event);
    }
    // A watch that ends at once, again and again, must not become a hot loop; one that lived was a success.
    if (count > 0 || clock.monotonic() - startedAt >= HEALTHY_MS) this.#failures = 0;
    else this.#failures += 1;
    return last;
  }

  #take(event: WatchEvent): void {
    const object = this.#options.reduce(event.object);
    this.#change(formatKey(object.metadata), event.type === 'DELETED' ? undefined : object, false);
  }

  #change(key: string, after: T | undefined, isInitial: boolean): void {
    const { store, onChange, log, resource } = this.#options;
    const before = store.get(key);
    if (after === undefined) store.delete(key);
    else store.set(after);
    try {
      onChange(key, before, after, isInitial);
    } catch (error) {
      log.error('change handler threw', {
        resource: resource.plural,
        reason: error instanceof Error ? error.name : 'Unknown',
      });
    }
  }

  #refused({ object }: WatchEvent, last: string): string | undefined {
    this.#failed('watch', object.code ?? 0);
    return object.code === 410 ? undefined : last;
  }

  #failed(what: string, status: number): undefined {
    this.#failures += 1;
    const { log, resource } = this.#options;
    const hint = HINTS[status];
    const fields = { resource: resource.plural, status, ...(hint !== undefined && { message: hint }) };
    if (!this.#stop.signal.aborted) log.warn(`${what} failed`, fields);
    return undefined;
  }
}

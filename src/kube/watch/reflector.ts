import { backoffMs } from '../../controller/runtime/backoff.ts';
import { type Clock, pause, type Random } from '../../controller/runtime/clock.ts';
import { PAGE_SIZE, resourcePath } from '../resource.ts';
import type { Transport } from '../transport/transport.ts';
import { createMirror, type Listed, type Mirror, type MirrorOptions } from './mirror.ts';
import { type WatchEvent, watchEvents } from './watch-stream.ts';

export interface ReflectorOptions<T extends Listed> extends MirrorOptions<T> {
  readonly transport: Transport;
  readonly query?: Readonly<Record<string, string>>;
  readonly accept?: { readonly list: string; readonly watch: string };
  /** Whether the cluster may be without this resource; it is then taken for empty and looked for now and then. */
  readonly isOptional?: boolean;
  readonly clock: Clock;
  readonly random: Random;
  /** How long a watch may be silent. Default: 90 s. */
  readonly idleMs?: number;
}

const BACKOFF = { baseMs: 800, maxMs: 30_000 } as const;
/** A watch that lived this long was worth its opening, although nothing happened. */
const HEALTHY_MS = 10_000;
/** The server ends a watch after five to ten minutes, as client-go asks it to, so that the load spreads. */
const WATCH_SECONDS = { min: 300, spread: 300 } as const;
/** Bookmarks come about once a minute; a connection that is silent for longer is half-open, or costs little to renew. */
const IDLE_MS = 90_000;
/** Nobody waits for a CustomResourceDefinition that may be installed one day. */
const ABSENT_MS = 600_000;

/** What usually mends it. */
const HINTS: Readonly<Record<number, string>> = {
  0: 'the API server did not answer',
  401: 'the API server does not know us: is the token or the kubeconfig still good?',
  403: 'RBAC does not allow it: does the chart create the roles, for all of --watch-namespaces?',
  404: 'the API server does not know this resource: are the CustomResourceDefinitions installed?',
};

/** Where a list or a watch has led. */
interface Step {
  /** Where to watch from; undefined to list. */
  readonly version: string | undefined;
  /** How often in a row something has failed in the way that this did; 0 when nothing did. */
  readonly failures: number;
  /** Whether the API server may have forgotten the version: it was away, or opened a watch and said nothing at all. */
  readonly isDoubtful?: boolean;
}

interface ListBody {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  /** Go prints an empty list of metadata as null. */
  readonly items: readonly unknown[] | null;
}

/**
 * Keeps a store equal to a collection of the API server: list, then watch from there, for ever. Several reflectors, one
 * for each namespace, may share a store.
 */
export class Reflector<T extends Listed> {
  readonly #options: ReflectorOptions<T>;
  readonly #mirror: Mirror<T>;
  readonly #path: string;
  readonly #stop = new AbortController();
  readonly #synced = Promise.withResolvers<void>();
  #lastAttempt: number;
  /** In a row: attempts without an answer, and refusals since a watch was last worth its opening. */
  #unanswered = 0;
  #refused = 0;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#mirror = createMirror(options);
    this.#path = resourcePath(options.resource, options.namespace);
    this.#lastAttempt = options.clock.monotonic();
  }

  /** Resolves once the store holds a first complete list. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Monotonic milliseconds of the last sign of life: a page or a watch asked for, an event received, or the end of a pause. */
  get lastAttempt(): number {
    return this.#lastAttempt;
  }

  /** Runs until `stop`; never rejects. */
  async run(): Promise<void> {
    const { clock, random } = this.#options;
    let step: Step = { version: undefined, failures: 0 };
    while (!this.#stop.signal.aborted) {
      step = await this.#next(step);
      if (step.failures > 0) await pause(clock, backoffMs(step.failures, BACKOFF, random), this.#stop.signal);
    }
  }

  async #next({ version, isDoubtful }: Step): Promise<Step> {
    const { log, resource } = this.#options;
    try {
      if (version === undefined) return await this.#list();
      return isDoubtful ? await this.#confirm(version) : await this.#watch(version);
    } catch (error) {
      // A defect, which a fresh list may get over, and which must not end the loop.
      this.#refused += 1;
      log.error('reflector failed', { resource: resource.plural, reason: error instanceof Error ? error.name : '' });
      return { version: undefined, failures: this.#refused };
    }
  }

  /** Ends the list, the watch or the pause that it is at. */
  stop(): void {
    this.#stop.abort();
  }

  /** Reads the collection page by page and replaces the store with it. */
  async #list(): Promise<Step> {
    const objects: T[] = [];
    let next = '';
    for (;;) {
      const position = next !== '' && { continue: next };
      const page = await this.#page({ ...this.#options.query, limit: PAGE_SIZE, ...position });
      if (typeof page === 'number') return await this.#unlisted(page);
      for (const item of page.items ?? []) {
        const object = this.#mirror.read(item);
        if (object !== undefined) objects.push(object);
      }
      next = page.metadata.continue ?? '';
      if (next !== '') continue;
      this.#mirror.replace(objects);
      this.#synced.resolve();
      this.#unanswered = 0;
      return { version: page.metadata.resourceVersion, failures: 0 };
    }
  }

  /** A page of the collection, or the status of a refusal. */
  async #page(query: Readonly<Record<string, string>>): Promise<ListBody | number> {
    const { transport, accept, clock } = this.#options;
    this.#lastAttempt = clock.monotonic();
    const result = await transport.call({
      method: 'GET',
      path: this.#path,
      query,
      ...(accept && { accept: accept.list }),
      signal: this.#stop.signal,
    });
    if (!result.ok) return result.error.status;
    // Another program's answer, taken for an empty list, would be the end of every object.
    return isList(result.value) ? result.value : 0;
  }

  async #unlisted(status: number): Promise<Step> {
    const { isOptional, clock, random } = this.#options;
    const version = undefined;
    if (status !== 404 || !isOptional) return { version, failures: this.#failed('list', status) };
    this.#mirror.replace([]);
    this.#synced.resolve();
    const ms = ABSENT_MS * (1 + random());
    this.#lastAttempt = clock.monotonic() + ms;
    await pause(clock, ms, this.#stop.signal);
    return { version, failures: 0 };
  }

  /**
   * Has the API server tell whether it has reached `version`. One whose etcd was restored may not have: it opens a watch
   * from there, and leaves out all that happens until it has.
   */
  async #confirm(version: string): Promise<Step> {
    // Without the selector: to find one object that it selects, the server might have to read all.
    const page = await this.#page({ limit: '1', resourceVersion: version, resourceVersionMatch: 'NotOlderThan' });
    if (typeof page === 'number') return { ...this.#unwatched(page, version), isDoubtful: true };
    return { version, failures: 0 };
  }

  /** Follows the collection from `version`. */
  async #watch(version: string): Promise<Step> {
    const { transport, query, accept, clock, random, idleMs = IDLE_MS } = this.#options;
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
    this.#lastAttempt = startedAt;
    const result = await transport.stream(call, idleMs, this.#stop.signal);
    if (!result.ok) return this.#unwatched(result.error.status, version);
    let last = version;
    let isSilent = true;
    let refusal: Extract<WatchEvent, { readonly type: 'ERROR' }> | undefined;
    for await (const event of watchEvents(result.value)) {
      this.#lastAttempt = clock.monotonic();
      isSilent = false;
      if (event.type === 'ERROR') {
        refusal = event;
        break;
      }
      last = event.object.metadata.resourceVersion;
      if (event.type === 'DELETED') this.#mirror.delete(event.object);
      else if (event.type !== 'BOOKMARK') this.#mirror.set(event.object);
    }
    const before = Math.max(this.#refused, this.#unanswered);
    this.#unanswered = 0;
    const isFruitful = last !== version || clock.monotonic() - startedAt >= HEALTHY_MS;
    if (isFruitful) this.#refused = 0;
    if (refusal !== undefined) return this.#unwatched(refusal.object.code, last);
    if (isFruitful) return { version: last, failures: 0, isDoubtful: isSilent };
    // One that ends at once, again and again, must not become a hot loop; nor one that breaks now before its answer, now
    // after it. It refuses nothing.
    this.#unanswered = before + 1;
    return { version: last, failures: this.#unanswered, isDoubtful: isSilent };
  }

  /** Resumes from `last` when nothing speaks against it; else the collection is listed anew, as client-go does. */
  #unwatched(status: number | undefined, last: string): Step {
    const version = status === 0 || status === 429 ? last : undefined;
    return { version, failures: this.#failed('watch', status), isDoubtful: status === 0 };
  }

  /**
   * Counts a failure and tells it. Attempts without an answer are counted by themselves: when the server is back and
   * refuses the version that we had, the list must not wait as long as the outage was.
   */
  #failed(what: string, status: number | undefined): number {
    const { log, resource, namespace } = this.#options;
    const message = status === undefined ? undefined : HINTS[status];
    const known = {
      ...(namespace !== undefined && { namespace }),
      ...(status !== undefined && { status }),
      ...(message !== undefined && { message }),
    };
    if (!this.#stop.signal.aborted) log.warn(`${what} failed`, { resource: resource.plural, ...known });
    if (status === 0) {
      this.#unanswered = Math.max(this.#refused, this.#unanswered) + 1;
      return this.#unanswered;
    }
    this.#unanswered = 0;
    this.#refused += 1;
    return this.#refused;
  }
}

function isList(body: unknown): body is ListBody {
  const { items, metadata } = (body ?? {}) as Partial<ListBody>;
  const { resourceVersion = '', continue: next = '' } = metadata ?? {};
  const isPositioned = typeof resourceVersion === 'string' && resourceVersion !== '' && typeof next === 'string';
  return isPositioned && (items === null || Array.isArray(items));
}

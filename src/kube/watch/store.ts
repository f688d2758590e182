import { formatKey } from '../../controller/runtime/key.ts';
import { KeyIndex } from '../../controller/runtime/key-index.ts';
import type { ObjectMeta } from '../../crds/object.ts';

interface Stored {
  readonly metadata: ObjectMeta;
}

/** Other keys under which an object is found, such as the Secrets that it names. */
export type Indexer<T> = (object: T) => readonly string[];

/** What the watch last said of every object of one kind, with indexes that follow it. */
export class Store<T extends Stored> {
  readonly #objects = new Map<string, T>();
  readonly #index = new KeyIndex();
  readonly #indexer: Indexer<T>;

  constructor(indexer: Indexer<T> = () => []) {
    this.#indexer = indexer;
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  all(): IterableIterator<T> {
    return this.#objects.values();
  }

  keys(): IterableIterator<string> {
    return this.#objects.keys();
  }

  /** Objects whose indexer gives `entry`. */
  indexed(entry: string): readonly T[] {
    return this.#index.get(entry).flatMap(key => this.#objects.get(key) ?? []);
  }

  /** Puts it in the place of what has its key. When the indexer throws, so does this, and nothing has changed. */
  set(object: T): void {
    const key = formatKey(object.metadata);
    const entries = this.#indexer(object);
    this.delete(key);
    this.#objects.set(key, object);
    for (const entry of entries) this.#index.add(entry, key);
  }

  delete(key: string): void {
    const object = this.#objects.get(key);
    if (object === undefined) return;
    this.#objects.delete(key);
    for (const entry of this.#indexer(object)) this.#index.delete(entry, key);
  }
}

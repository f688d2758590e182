/** Finds keys by entries: any number of each for each other. Of most entries there is one key, which costs no set. */
export class KeyIndex {
  readonly #keys = new Map<string, string | Set<string>>();

  get size(): number {
    return this.#keys.size;
  }

  /** Keys under an entry, in the order in which they were added. */
  get(entry: string): readonly string[] {
    const held = this.#keys.get(entry);
    if (held === undefined) return [];
    return typeof held === 'string' ? [held] : [...held];
  }

  add(entry: string, key: string): void {
    const held = this.#keys.get(entry);
    if (held === undefined) this.#keys.set(entry, key);
    else if (typeof held !== 'string') held.add(key);
    else if (held !== key) this.#keys.set(entry, new Set([held, key]));
  }

  delete(entry: string, key: string): void {
    const held = this.#keys.get(entry);
    if (held === key) this.#keys.delete(entry);
    if (held === undefined || typeof held === 'string' || !held.delete(key)) return;
    const [last] = held;
    if (held.size === 1 && last !== undefined) this.#keys.set(entry, last);
  }
}

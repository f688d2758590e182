interface Entry {
  readonly key: string;
  readonly at: number;
}

/** How many old entries are not worth a clean-up. */
const SLACK = 64;

/**
 * Keys by the time they are due, in whole milliseconds, rounded up: a binary min-heap, in which the earliest time of a key
 * wins. It holds every object's next refresh: integers below 2^31,
 * of the first 24 days, cost no memory of their own.
 */
export class DelayHeap {
  #entries: Entry[] = [];
  readonly #at = new Map<string, number>();

  get size(): number {
    return this.#at.size;
  }

  /** Due time of the earliest key, or undefined when there is none. */
  get earliest(): number | undefined {
    this.#dropStale();
    return this.#entries[0]?.at;
  }

  /** Returns whether `time` is now the due time of `key`: false when an earlier one stands. */
  add(key: string, time: number): boolean {
    const at = Math.ceil(time);
    const present = this.#at.get(key);
    if (present !== undefined && present <= at) return false;
    this.#at.set(key, at);
    if (this.#entries.length > 2 * this.#at.size + SLACK) this.#compact();
    this.#entries.push({ key, at });
    this.#up(this.#entries.length - 1);
    return true;
  }

  delete(key: string): void {
    this.#at.delete(key);
  }

  /** Takes out and returns the earliest key that is due at `now`. */
  takeDue(now: number): string | undefined {
    this.#dropStale();
    const first = this.#entries[0];
    if (first === undefined || first.at > now) return undefined;
    this.#pop();
    this.#at.delete(first.key);
    return first.key;
  }

  /** A key that was deleted or moved forward leaves its old entry behind until it comes to the top. */
  #dropStale(): void {
    for (let first = this.#entries[0]; first && this.#at.get(first.key) !== first.at; first = this.#entries[0])
      this.#pop();
  }

  /** Old entries with a far time would pile up under a key that is added and deleted again and again. */
  #compact(): void {
    const live = this.#entries.filter(({ key, at }) => this.#at.get(key) === at);
    const distinct = [...new Map(live.map(entry => [entry.key, entry])).values()];
    // A sorted list is a heap.
    this.#entries = distinct.sort((a, b) => a.at - b.at);
  }

  #pop(): void {
    const last = this.#entries.pop();
    if (last === undefined || this.#entries.length === 0) return;
    this.#entries[0] = last;
    this.#down(0);
  }

  #up(from: number): void {
    for (let i = from; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!this.#swapIfEarlier(i, parent)) return;
      i = parent;
    }
  }

  #down(from: number): void {
    for (let i = from; ; ) {
      const left = 2 * i + 1;
      const child = this.#before(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfEarlier(child, i)) return;
      i = child;
    }
  }

  #before(a: number, b: number): boolean {
    const [x, y] = [this.#entries[a], this.#entries[b]];
    return x !== undefined && y !== undefined && x.at < y.at;
  }

  #swapIfEarlier(child: number, parent: number): boolean {
    const [x, y] = [this.#entries[child], this.#entries[parent]];
    if (x === undefined || y === undefined || x.at >= y.at) return false;
    this.#entries[child] = y;
    this.#entries[parent] = x;
    return true;
  }
}

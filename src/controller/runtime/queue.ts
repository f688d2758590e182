import type { Clock } from './clock.ts';
import { DelayHeap } from './delay-heap.ts';

/** `low` waits behind every `high` key: what a start or a refresh brings waits behind what somebody just changed. */
export type Priority = 'high' | 'low';

export interface QueueMetrics {
  added(): void;
  /** `ms` between becoming ready and being taken. */
  taken(ms: number): void;
  depth(length: number): void;
}

interface Waiting {
  readonly since: number;
}

/**
 * The keys that a controller has to look at.
 *
 * - A key stands in it once, however often it is added; of several delays the shortest wins, of several priorities the higher.
 * - A key that is being worked on is not handed out again before `done`; added meanwhile, it is ready again then.
 * - A key without delay that is added while it waits for its time is ready at once.
 * - No key is lost: one that was added is handed out, or already stands in line, until `close`.
 */
export class Queue {
  readonly #clock: Clock;
  readonly #metrics: QueueMetrics;
  readonly #ready: Readonly<Record<Priority, Map<string, Waiting>>> = { high: new Map(), low: new Map() };
  /** Since when each was ready. */
  readonly #working = new Map<string, number>();
  readonly #again = new Map<string, Priority>();
  readonly #delayed = new DelayHeap();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;
  #closed = false;

  constructor(clock: Clock, metrics: QueueMetrics) {
    this.#clock = clock;
    this.#metrics = metrics;
  }

  /** Number of keys that are ready and not yet taken. */
  get length(): number {
    return this.#ready.high.size + this.#ready.low.size;
  }

  /** Keys that are ready and not yet taken, the next one first. */
  *waiting(): Generator<string> {
    yield* this.#ready.high.keys();
    yield* this.#ready.low.keys();
  }

  add(key: string, priority: Priority = 'high'): void {
    if (this.#closed) return;
    this.#metrics.added();
    this.#makeReady(key, priority);
  }

  /** Adds `key` when `delayMs` have passed, with low priority; a no-op when it is due before then. */
  addAfter(key: string, delayMs: number): void {
    if (this.#closed) return;
    if (delayMs <= 0) {
      this.add(key, 'low');
      return;
    }
    if (this.#ready.high.has(key) || this.#ready.low.has(key)) return;
    if (this.#delayed.add(key, this.#clock.monotonic() + delayMs)) this.#arm();
  }

  /** The next key, when there is one; undefined once the queue is closed. */
  async take(): Promise<string | undefined> {
    const key = this.#closed ? undefined : this.#handOut();
    if (key !== undefined || this.#closed) return key;
    return await new Promise(resolve => this.#takers.push(resolve));
  }

  /** Since when a key that is being worked on was ready, in monotonic milliseconds: what it was added for came before. */
  readySince(key: string): number {
    return this.#working.get(key) ?? this.#clock.monotonic();
  }

  /** Must follow every `take` that gave a key. */
  done(key: string): void {
    this.#working.delete(key);
    const priority = this.#again.get(key);
    this.#again.delete(key);
    if (priority !== undefined && !this.#closed) this.#makeReady(key, priority);
  }

  /** Ends every waiting `take` with undefined; nothing is handed out any more. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }

  #makeReady(key: string, priority: Priority): void {
    this.#delayed.delete(key);
    if (this.#working.has(key)) {
      if (this.#again.get(key) !== 'high') this.#again.set(key, priority);
      return;
    }
    if (this.#ready.high.has(key)) return;
    const present = this.#ready.low.get(key);
    if (present !== undefined && priority === 'low') return;
    this.#ready.low.delete(key);
    this.#ready[priority].set(key, present ?? { since: this.#clock.monotonic() });
    this.#metrics.depth(this.length);
    const taker = this.#takers.shift();
    if (taker !== undefined) taker(this.#handOut());
  }

  #handOut(): string | undefined {
    for (const line of [this.#ready.high, this.#ready.low]) {
      const first = line.entries().next();
      if (first.done) continue;
      const [key, { since }] = first.value;
      line.delete(key);
      this.#working.set(key, since);
      this.#metrics.depth(this.length);
      this.#metrics.taken(this.#clock.monotonic() - since);
      return key;
    }
    return undefined;
  }

  /** One timer for all delays: for the earliest. */
  #arm(): void {
    const at = this.#delayed.earliest;
    if (at === undefined || (this.#timer !== undefined && this.#timer.at <= at)) return;
    this.#timer?.cancel();
    const cancel = this.#clock.schedule(Math.max(0, at - this.#clock.monotonic()), () => this.#release());
    this.#timer = { at, cancel };
  }

  #release(): void {
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    for (let key = this.#delayed.takeDue(now); key !== undefined; key = this.#delayed.takeDue(now))
      this.add(key, 'low');
    this.#arm();
  }
}

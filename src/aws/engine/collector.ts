import type { Clock } from '../../controller/runtime/clock.ts';

/** A question that waits for its answer. */
export interface Inquiry<Q, A> {
  readonly question: Q;
  /** A call for it begins: its answer will be true of that moment, in monotonic milliseconds. */
  begin(at: number): void;
  settle(answer: A): void;
}

/** Collects what is asked at the same time, so that it can be asked together; who asks the same joins. */
export interface Collector<Q, A> {
  /** What began before `freshAfter` is too old to join. Rejects never. */
  ask(key: string, question: Q, freshAfter: number): Promise<A>;
  /** Questions without an answer yet. */
  pending(): Iterable<Q>;
}

export interface CollectorOptions<Q, A> {
  readonly clock: Clock;
  /** Settles every inquiry, sooner or later. */
  readonly send: (inquiries: readonly Inquiry<Q, A>[]) => void;
  /** Somebody has joined. */
  readonly onShared: () => void;
}

/** Long enough for all that one turn of the workers asks; short enough for a single Secret not to notice. */
const COLLECT_MS = 5;

interface Entry<Q, A> extends Inquiry<Q, A> {
  startedAt: number;
  readonly answer: Promise<A>;
}

export function createCollector<Q, A>({ clock, send, onShared }: CollectorOptions<Q, A>): Collector<Q, A> {
  const entries = new Map<string, Entry<Q, A>>();
  let queued: Entry<Q, A>[] = [];

  const flush = (): void => {
    const all = queued;
    queued = [];
    send(all);
  };
  const create = (key: string, question: Q): Entry<Q, A> => {
    const { promise, resolve } = Promise.withResolvers<A>();
    const entry: Entry<Q, A> = {
      question,
      startedAt: Number.POSITIVE_INFINITY,
      answer: promise,
      begin(at) {
        entry.startedAt = at;
      },
      settle(answer) {
        if (entries.get(key) === entry) entries.delete(key);
        resolve(answer);
      },
    };
    return entry;
  };
  return {
    async ask(key, question, freshAfter) {
      const other = entries.get(key);
      if (other !== undefined && other.startedAt >= freshAfter) {
        onShared();
        return await other.answer;
      }
      const entry = create(key, question);
      entries.set(key, entry);
      if (queued.length === 0) clock.schedule(COLLECT_MS, flush);
      queued.push(entry);
      return await entry.answer;
    },
    *pending() {
      for (const { question } of entries.values()) yield question;
    },
  };
}

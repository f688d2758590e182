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
  /** What began before `freshAfter` is too old to join. Rejects where `send` does. */
  ask(key: string, question: Q, freshAfter: number): Promise<A>;
  /** Questions without an answer yet. */
  pending(): Iterable<Q>;
}

export interface CollectorOptions<Q, A> {
  readonly clock: Clock;
  /** Has settled every inquiry when it resolves. That it rejects is a defect, which those who wait have to hear of. */
  readonly send: (inquiries: readonly Inquiry<Q, A>[]) => Promise<unknown>;
  /** Somebody has joined. */
  readonly onShared: () => void;
}

/** Long enough for all that one turn of the workers asks; short enough for a single Secret not to notice. */
const COLLECT_MS = 5;

interface Entry<Q, A> extends Inquiry<Q, A> {
  startedAt: number;
  readonly answer: Promise<A>;
  abandon(error: unknown): void;
}

export function createCollector<Q, A>({ clock, send, onShared }: CollectorOptions<Q, A>): Collector<Q, A> {
  const entries = new Map<string, Entry<Q, A>>();
  let queued: Entry<Q, A>[] = [];

  const flush = (): void => {
    const all = queued;
    queued = [];
    void send(all).catch(error => {
      for (const entry of all) entry.abandon(error);
    });
  };
  const create = (key: string, question: Q): Entry<Q, A> => {
    const { promise, resolve, reject } = Promise.withResolvers<A>();
    const end = (): void => {
      if (entries.get(key) === entry) entries.delete(key);
    };
    const entry: Entry<Q, A> = {
      question,
      startedAt: Number.POSITIVE_INFINITY,
      answer: promise,
      begin(at) {
        entry.startedAt = at;
      },
      settle(answer) {
        end();
        resolve(answer);
      },
      abandon(error) {
        end();
        reject(error);
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

/** Time as the controllers see it. Tests pass a virtual one. */
export interface Clock {
  /** Wall-clock time, milliseconds since the epoch. May jump; use it only for what people or other programs read. */
  now(): number;
  /** Milliseconds that never go backwards; use it for every delay and deadline. */
  monotonic(): number;
  /** Calls `callback` once after `ms` milliseconds, unless the returned function is called before. */
  schedule(ms: number, callback: () => void): () => void;
}

/** A number in [0, 1), evenly distributed. */
export type Random = () => number;

/** Resolves after `ms`, or at once when `signal` aborts; never rejects. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.schedule(ms, end);
    signal.addEventListener('abort', end, { once: true });
  });
}

/** Whether `promise` settles within `ms`; leaves no timer behind. */
export async function isSettledWithin(clock: Clock, ms: number, promise: Promise<unknown>): Promise<boolean> {
  const over = new AbortController();
  const settled = promise.then(
    () => true,
    () => true,
  );
  const isSettled = await Promise.race([settled, pause(clock, ms, over.signal).then(() => false)]);
  over.abort();
  return isSettled;
}

/** The time that something may take; `end` has to be called when it is over. */
export interface Deadline {
  /** Aborts when the time is up, or with what the deadline was made with. */
  readonly signal: AbortSignal;
  /** Gives it so many milliseconds from now, whatever it had left. */
  renew(ms: number): void;
  end(): void;
}

/** A deadline in so many milliseconds; `signal` aborts it before. */
export function createDeadline(clock: Clock, ms: number, signal?: AbortSignal): Deadline {
  const over = new AbortController();
  const expire = (): void => over.abort(new DOMException('the deadline has passed', 'TimeoutError'));
  let cancel = clock.schedule(ms, expire);
  return {
    signal: signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]),
    renew(ms) {
      cancel();
      cancel = clock.schedule(ms, expire);
    },
    end: () => cancel(),
  };
}

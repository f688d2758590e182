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

import { setTimeout as pause } from 'node:timers/promises';

export interface PollOptions {
  readonly timeoutMs: number;
  readonly intervalMs?: number;
}

/**
 * Asks `probe` again and again until it answers something other than `undefined` and `false`, and returns that.
 * Default interval: 50 ms. Throws an error that names `what` when `timeoutMs` have passed; what `probe` throws ends it at once.
 */
export async function until<T>(
  what: string,
  { timeoutMs, intervalMs = 50 }: PollOptions,
  probe: () => T | Promise<T>,
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
    if (performance.now() >= deadline) throw new Error(`${what}: not after ${timeoutMs / 1000} s`);
    await pause(intervalMs);
  }
}

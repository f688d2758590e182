import { until as poll } from '../support/poll.ts';
import type { Teardown } from '../support/teardown.ts';
import type { Narrator } from './narrator.ts';

/** What every step of the story has: a voice, a place for files, and ways to end early and in order. */
export interface Stage {
  readonly narrator: Narrator;
  /** Everything that the story writes. */
  readonly directory: string;
  /** What has to be ended when the story is over, however it ends. */
  readonly teardown: Teardown;
  /** Aborted when somebody wants the story to end. */
  readonly signal: AbortSignal;
}

/** Asks `probe` until it answers, as `until` of test/support does. Throws at once when the story is to end. */
export async function until<T>(
  { signal }: Stage,
  what: string,
  timeoutMs: number,
  probe: () => Promise<T>,
): Promise<Exclude<T, undefined | false>> {
  return await poll(what, { timeoutMs, intervalMs: 250 }, () => {
    signal.throwIfAborted();
    return probe();
  });
}

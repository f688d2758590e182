import type { SyncError } from './error.ts';

/**
 * What a reconcile says about its key. A key that changes while it is worked on is queued again whatever the outcome.
 * `done` wait for the next change; `after` look again in `ms`; `retry` failed, look again with growing delay;
 * `terminal` failed, and only a change helps.
 */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'after'; readonly ms: number }
  /** `maxDelayMs` bounds the growth of the delay; default: the controller's own bound. */
  | { readonly kind: 'retry'; readonly error: SyncError; readonly maxDelayMs?: number }
  | { readonly kind: 'terminal'; readonly error: SyncError };

export const done: Outcome = { kind: 'done' };

import type { Reason } from '../../crds/reasons.ts';

/**
 * What a failure asks for next:
 * `transient` the other side could not answer; the last good state holds;
 * `content` the other side answered, and it must change before we can go on;
 * `terminal` nothing helps but a change of our own object or of its target, which wakes us;
 * `conflict` somebody else wrote in between: decide again at once.
 */
export type RetryClass = 'transient' | 'content' | 'terminal' | 'conflict';

/**
 * The one error of the controllers, as data. `message` is made of names, never of values, and holds nothing that
 * differs from one attempt to the next (request ids, times): it goes into status, and a differing text would rewrite it.
 */
export interface SyncError {
  readonly reason: Reason;
  readonly retry: RetryClass;
  readonly message: string;
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: SyncError };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function fail(
  reason: Reason,
  retry: RetryClass,
  message: string,
): { readonly ok: false; readonly error: SyncError } {
  return { ok: false, error: { reason, retry, message } };
}

/** What may be told of an error that was thrown: its text comes from code that we did not write and may quote a value. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : 'Unknown';
}

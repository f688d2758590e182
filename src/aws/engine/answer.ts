import type { Classification } from '../classify.ts';
import type { Operation } from '../planner/need.ts';

/** What a region has told of one secret. */
export interface SecretVersionAnswer {
  readonly versionId: string;
  /** The version that AWSCURRENT pointed at before; undefined where the call does not tell. */
  readonly previous: string | undefined;
  /** RFC 3339; undefined where the call does not tell. */
  readonly createdTime: string | undefined;
  /** Monotonic milliseconds at which it was asked for. */
  readonly observedAt: number;
}

export interface SecretValueAnswer extends SecretVersionAnswer {
  readonly name: string;
  /** Undefined: the secret has no value. */
  readonly bytes: Uint8Array | undefined;
}

/** Why there is no answer; `operation` is the call that was refused last. */
export interface Refusal {
  readonly error: unknown;
  readonly is: Classification;
  readonly operation: string;
}

/** What one region said. */
export type Asked<T> = { readonly answer: T } | Refusal;

const unavailable: Classification = { reason: 'Unavailable', isElsewhere: true, isTransient: true };

/** An error as the SDK throws it, of a code that came within an answer. */
export function codeError(code: string): Error {
  return Object.assign(new Error(code), { name: code, $metadata: { httpStatusCode: 400 } });
}

/** The secret is there, but not in that version. */
export function noSuchVersion(operation: Operation): Refusal {
  const is = { reason: 'SecretNotFound', isElsewhere: false, isTransient: false } as const;
  return { error: codeError('ResourceNotFoundException'), is, operation };
}

/** It has moved each time that it was asked for. */
export function alwaysMoved(operation: Operation): Refusal {
  return { error: codeError('VersionMoved'), is: unavailable, operation };
}

/** Pages that did not come to an end: what is missing must not be taken for gone. */
export function endless(operation: string): Refusal {
  return { error: codeError('EndlessPages'), is: unavailable, operation };
}

/** An answer that says nothing of what was asked. */
export function untold(operation: string): Refusal {
  return { error: codeError('NothingTold'), is: unavailable, operation };
}

import type { Classification } from '../classify.ts';
import type { Need, Operation } from '../planner/need.ts';
import type { SecretMetadata } from '../services/ports.ts';

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

const absent: Classification = { reason: 'SecretNotFound', isElsewhere: false, isTransient: false };
const unavailable: Classification = { reason: 'Unavailable', isElsewhere: true, isTransient: true };

/** An error as the SDK throws it, of a code that came within an answer. */
export function codeError(code: string): Error {
  return Object.assign(new Error(code), { name: code, $metadata: { httpStatusCode: 400 } });
}

/** The secret is there, but not in that version. */
export function noSuchVersion(operation: Operation): Refusal {
  return { error: codeError('ResourceNotFoundException'), is: absent, operation };
}

/** The region does not have the parameter, or not with that selector. */
export function noSuchParameter(operation: string): Refusal {
  return { error: codeError('ParameterNotFound'), is: absent, operation };
}

/** Whether a call for several was refused for what is true of all of them, so that halves of it would be too. */
export function isOfWholeCall({ is }: Refusal): boolean {
  return is.isElsewhere || is.isTransient || is.reason === 'CredentialsUnavailable';
}

/** What a secret's stages tell of the version that somebody needs; undefined where they do not. */
export function versionIn(
  { stages, isDeleted }: SecretMetadata,
  { version }: Pick<Need, 'version'>,
  observedAt: number,
): SecretVersionAnswer | undefined {
  if (!('stage' in version) || isDeleted) return undefined;
  const versionId = stages.get(version.stage);
  if (versionId === undefined) return undefined;
  const previous = version.stage === 'AWSCURRENT' ? stages.get('AWSPREVIOUS') : undefined;
  return { versionId, previous, createdTime: undefined, observedAt };
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

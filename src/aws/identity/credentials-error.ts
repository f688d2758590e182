import type { SyncError } from '../../controller/runtime/error.ts';
import { classify, errorCode } from '../classify.ts';

/** What was tried when there were no credentials to be had. */
export type Attempt =
  | { readonly kind: 'Operator' }
  /** The token of a ServiceAccount was to be exchanged. */
  | { readonly kind: 'WebIdentity'; readonly roleArn: string }
  /** `hop` counts the identity's `assumeRoles` from 0. */
  | { readonly kind: 'AssumeRole'; readonly hop: number }
  /** It was not AWS that said no, and who did has its own words. */
  | { readonly kind: 'Refused'; readonly error: SyncError };

const OPERATOR: Attempt = { kind: 'Operator' };

/** Credentials could not be had. Carries the code of the cause, not its text. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
  /** AWS's error code, or `NoAnswer`; the reason of whoever else refused. */
  readonly code: string;
  readonly isTransient: boolean;
  readonly attempt: Attempt;

  constructor(cause: unknown, attempt = OPERATOR) {
    const code = attempt.kind === 'Refused' ? attempt.error.reason : errorCode(cause);
    super(`no AWS credentials (${code})`);
    this.code = code;
    this.attempt = attempt;
    this.isTransient = attempt.kind === 'Refused' ? isPassing(attempt.error) : classify(cause).isTransient;
  }
}

/** The error of a refusal that did not come from AWS. */
export function refusedCredentials(error: SyncError): CredentialsError {
  return new CredentialsError(undefined, { kind: 'Refused', error });
}

function isPassing({ retry }: SyncError): boolean {
  return retry === 'transient' || retry === 'conflict';
}

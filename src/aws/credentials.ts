import type { Clock } from '../controller/runtime/clock.ts';
import { classify, errorCode } from './classify.ts';

/** As the SDK's AwsCredentialIdentity; never logged. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

export type CredentialProvider = () => Promise<Credentials>;

/** Credentials could not be had. Carries the code of the cause, not its text. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
  readonly code: string;
  readonly isTransient: boolean;

  constructor(cause: unknown) {
    const code = errorCode(cause);
    super(`no AWS credentials (${code})`);
    this.code = code;
    this.isTransient = classify(cause).isTransient;
  }
}

/** A little more than the five minutes before expiry at which the SDK's clients ask for new ones. */
const AHEAD_MS = 6 * 60_000;
/** So that a thousand objects do not each ask an STS that has just refused. */
const HOLD_FAILURE_MS = 1_000;

/**
 * One set of credentials for all clients: one request at a time, kept until shortly before it expires. A failure to
 * renew keeps the old set while it is valid.
 */
export function shareCredentials(provider: CredentialProvider, clock: Clock): CredentialProvider {
  let current: Credentials | undefined;
  let pending: Promise<Credentials> | undefined;
  let failure: { readonly error: CredentialsError; readonly until: number } | undefined;

  const leftMs = (): number => {
    if (current === undefined) return 0;
    return current.expiration === undefined ? Number.POSITIVE_INFINITY : current.expiration.getTime() - clock.now();
  };
  const renew = async (): Promise<Credentials> => {
    try {
      current = await provider();
      failure = undefined;
      return current;
    } catch (error) {
      failure = { error: new CredentialsError(error), until: clock.monotonic() + HOLD_FAILURE_MS };
      if (current !== undefined && leftMs() > 0) return current;
      throw failure.error;
    } finally {
      pending = undefined;
    }
  };

  return async () => {
    if (current !== undefined && leftMs() > AHEAD_MS) return current;
    if (failure !== undefined && clock.monotonic() < failure.until) {
      if (current !== undefined && leftMs() > 0) return current;
      throw failure.error;
    }
    pending ??= renew();
    return await pending;
  };
}

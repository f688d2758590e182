import { type Clock, isSettledWithin } from '../../controller/runtime/clock.ts';
import { CredentialsError } from './credentials-error.ts';

/** As the SDK's AwsCredentialIdentity; never logged. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Gives a new set with each call. Rejects with a CredentialsError, or with what the SDK throws for the operator's own. */
export type CredentialProvider = () => Promise<Credentials>;

/** `refused` is a set that AWS has called expired: it is given no more. */
export type SharedCredentials = (options?: { readonly refused?: Credentials | undefined }) => Promise<Credentials>;

/** A little more than the five minutes before expiry at which the SDK's clients ask for new ones. */
const AHEAD_MS = 6 * 60_000;
/** So that a thousand objects do not each ask an STS that has just refused, nor each for what has just been renewed. */
const HOLD_MS = 1_000;
/** A set that looks old as soon as it comes shows that our clock is wrong: AWS decides, and STS is not asked for each call. */
const MIN_AGE_MS = 60_000;
/**
 * Nobody waits longer for a renewal while the old set is good, or where STS was away a moment ago: it has a deadline for
 * each region, and whoever waits holds a worker that others need.
 */
const PATIENCE_MS = 1_000;

/**
 * One set of credentials for all clients: one request at a time, kept until shortly before it expires, or until AWS calls
 * it expired. A failure to renew keeps the old set while it is valid.
 */
export function shareCredentials(provider: CredentialProvider, clock: Clock): SharedCredentials {
  let forcedAt = Number.NEGATIVE_INFINITY;
  let current: { readonly set: Credentials; readonly since: number } | undefined;
  let pending: Promise<Credentials> | undefined;
  let pendingSince = 0;
  let failure: { readonly error: CredentialsError; readonly until: number } | undefined;

  const leftMs = ({ expiration }: Credentials): number =>
    expiration === undefined ? Number.POSITIVE_INFINITY : expiration.getTime() - clock.now();
  const renew = async (isForced: boolean): Promise<Credentials> => {
    pendingSince = clock.monotonic();
    if (isForced) {
      forcedAt = pendingSince;
      current = undefined;
    }
    try {
      const set = await provider();
      current = { set, since: clock.monotonic() };
      failure = undefined;
      return set;
    } catch (error) {
      const told = error instanceof CredentialsError ? error : new CredentialsError(error);
      failure = { error: told, until: clock.monotonic() + HOLD_MS };
      if (current !== undefined && leftMs(current.set) > 0) return current.set;
      throw told;
    } finally {
      pending = undefined;
    }
  };

  /** The set that is kept, if it will do. */
  const kept = (refused: Credentials | undefined): Credentials | undefined => {
    if (current === undefined) return undefined;
    const { set, since } = current;
    const now = clock.monotonic();
    if (refused !== undefined) {
      const isTooSoon = pending === undefined && now - forcedAt < HOLD_MS;
      return set !== refused || isTooSoon ? set : undefined;
    }
    return leftMs(set) > AHEAD_MS || now - since < MIN_AGE_MS ? set : undefined;
  };

  /** The set that does while another is asked for; undefined where AWS has called it expired, or it is about to be. */
  const old = (isForced: boolean): Credentials | undefined =>
    current !== undefined && !isForced && leftMs(current.set) > PATIENCE_MS ? current.set : undefined;

  /** Waits for the renewal, but not for long where something else can be said. */
  const patiently = async (renewal: Promise<Credentials>, isForced: boolean): Promise<Credentials> => {
    const instead = old(isForced);
    const trouble = failure?.error.isTransient ? failure.error : undefined;
    if (instead === undefined && trouble === undefined) return await renewal;
    // Where patience ends first, nobody hears how it ended.
    renewal.catch(() => undefined);
    const patienceMs = pendingSince + PATIENCE_MS - clock.monotonic();
    if (patienceMs > 0 && (await isSettledWithin(clock, patienceMs, renewal))) return await renewal;
    if (instead !== undefined) return instead;
    throw trouble;
  };

  return async ({ refused } = {}) => {
    const set = kept(refused);
    if (set !== undefined) return set;
    const isForced = refused !== undefined;
    if (failure !== undefined && clock.monotonic() < failure.until) {
      if (current !== undefined && !isForced && leftMs(current.set) > 0) return current.set;
      throw failure.error;
    }
    pending ??= renew(isForced);
    return await patiently(pending, isForced);
  };
}

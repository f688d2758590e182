import type { Clock } from '../../controller/runtime/clock.ts';
import { createSlots } from '../../controller/runtime/slots.ts';
import { type Classification, classify, errorCode, isSilence } from '../classify.ts';
import { CredentialsError } from '../identity/credentials-error.ts';
import type { AwsMetrics } from '../metrics.ts';
import type { Api, Rates } from '../rates/rates.ts';
import type { TokenBucket } from '../rates/token-bucket.ts';
import type { Breaker, Probed } from '../regions/breaker.ts';
import type { Asked, Refusal } from './answer.ts';

export interface Guards {
  readonly region: string;
  /** Account, or whatever stands for the one that pays: calls of one are limited together. */
  readonly account: string;
  readonly clock: Clock;
  readonly rates: Rates;
  readonly breaker: Breaker;
  readonly metrics: AwsMetrics;
}

/** One call of AWS in one region. Never rejects. */
export type GuardedCall = <T>(
  api: Api,
  isFirst: boolean,
  send: () => Promise<T>,
  onStart?: (at: number) => void,
) => Promise<Asked<T>>;

const THROTTLED =
  /^(Throttl|TooManyRequests|RequestLimitExceeded|RequestThrottled|SlowDown|BandwidthLimitExceeded|ProvisionedThroughputExceeded|LimitExceeded)/;
/**
 * Under way for one identity. A request that waits for a socket has its deadline already, so that a thousand at once
 * would look like a region that is silent, and hold up everybody else's.
 */
const AT_ONCE = 20;
/** Another region may answer, and this one is not even asked. */
const away: Classification = { reason: 'Unavailable', isElsewhere: true, isTransient: true };

/** Makes calls under the quota, counts them, and tells the region's breaker what came of them; `probe` asks the region again. */
export function guardCalls(guards: Guards, probe: () => Promise<unknown>): GuardedCall {
  const { region, account, clock, rates, breaker, metrics } = guards;
  const slots = createSlots(AT_ONCE);
  const probed = async (): Promise<Probed> => {
    try {
      await probe();
      return 'answered';
    } catch (error) {
      if (error instanceof CredentialsError) return 'unasked';
      return !classify(error).isElsewhere || isThrottled(error) ? 'answered' : 'silent';
    }
  };
  const isAway = (operation: Api): Refusal | undefined => {
    const trouble = breaker.trouble(probed);
    return trouble && { error: trouble.error, is: away, operation };
  };
  const call = async <T>(
    bucket: TokenBucket,
    api: Api,
    send: () => Promise<T>,
    onStart: ((at: number) => void) | undefined,
  ): Promise<Asked<T>> => {
    const startedAt = clock.monotonic();
    onStart?.(startedAt);
    try {
      const answer = await send();
      bucket.answered();
      breaker.answered(startedAt);
      metrics.called(api, region, 'success');
      return { answer };
    } catch (error) {
      const is = classifyCall(error);
      metrics.called(api, region, is.reason);
      if (isThrottled(error)) {
        bucket.throttled();
        metrics.throttled(api, region);
      } else if (is.isElsewhere) breaker.failed({ startedAt, error, isSilent: isSilence(error) }, probed);
      else if (!(error instanceof CredentialsError)) breaker.answered(startedAt);
      return { error, is, operation: api };
    }
  };
  return async (api, isFirst, send, onStart) => {
    const bucket = rates.bucketOf(account, region, api);
    // Whoever goes on to another region must not wait for the tokens of this one.
    const before = isAway(api);
    if (before !== undefined) return before;
    await bucket.take(isFirst);
    await slots.take();
    try {
      return isAway(api) ?? (await call(bucket, api, send, onStart));
    } finally {
      slots.free();
    }
  };
}

function isThrottled(error: unknown): boolean {
  return THROTTLED.test(errorCode(error));
}

/** Credentials are asked of every region's STS already: another region's service would not help. */
function classifyCall(error: unknown): Classification {
  if (!(error instanceof CredentialsError)) return classify(error);
  return { reason: 'CredentialsUnavailable', isElsewhere: false, isTransient: error.isTransient };
}

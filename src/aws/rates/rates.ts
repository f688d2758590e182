import type { Clock } from '../../controller/runtime/clock.ts';
import { createTokenBucket, type TokenBucket } from './token-bucket.ts';

/** Every API that the operator calls in bulk. */
export type Api =
  | 'BatchGetSecretValue'
  | 'DescribeSecret'
  | 'GetParameters'
  | 'GetParametersByPath'
  | 'GetSecretValue'
  | 'ListSecrets';

/**
 * Half of what AWS grants an account in a region by default, in calls a second: others need theirs.
 * docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html: GetSecretValue 10,000, DescribeSecret
 * 40,000, BatchGetSecretValue and ListSecrets 100. docs.aws.amazon.com/general/latest/gr/ssm.html: 40 for
 * GetParameter, GetParameters and GetParametersByPath together.
 */
const PER_SECOND: Readonly<Record<Api, number>> = {
  GetSecretValue: 1_000,
  DescribeSecret: 1_000,
  BatchGetSecretValue: 50,
  ListSecrets: 50,
  GetParameters: 20,
  GetParametersByPath: 20,
};
/** APIs that share one quota. */
const SHARED: ReadonlySet<Api> = new Set(['GetParameters', 'GetParametersByPath']);

export interface Rates {
  bucketOf(account: string, region: string, api: Api): TokenBucket;
}

/** One bucket for each account, region and quota. */
export function createRates(clock: Clock): Rates {
  const buckets = new Map<string, TokenBucket>();
  return {
    bucketOf(account, region, api) {
      const key = `${account} ${region} ${SHARED.has(api) ? 'ssm' : api}`;
      const bucket = buckets.get(key) ?? createTokenBucket({ clock, ratePerS: PER_SECOND[api] });
      buckets.set(key, bucket);
      return bucket;
    },
  };
}

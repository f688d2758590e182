import type { BreakerState } from './regions/breaker.ts';

/** What is counted of AWS. No label holds a name of a secret, key or object. */
export interface AwsMetrics {
  /** `outcome` is `success` or the reason of the failure. */
  called(operation: string, region: string, outcome: string): void;
  throttled(operation: string, region: string): void;
  /** Values that were decrypted, each of which KMS counts. */
  decrypted(region: string, count: number): void;
  /** An answer from the cache, or one that joined a call under way. */
  shared(region: string): void;
  breaker(service: string, region: string, state: BreakerState): void;
  /** A call that would be cheaper is not allowed. */
  denied(operation: string, region: string): void;
}

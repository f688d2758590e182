import { BATCH_SIZE, type Operation, PAGE_SIZE } from './need.ts';

/*
 * US dollars at list price, November 2026; docs/cost.md has the sources, and what of them is not confirmed.
 */

/** A call of Secrets Manager: 0.05 for 10,000 (aws.amazon.com/secrets-manager/pricing). A batch is taken for one. */
export const CALL_PRICE = 0.05 / 10_000;
/** A request to KMS: 0.03 for 10,000 (aws.amazon.com/kms/pricing), as for a key of your own. */
export const DECRYPTION_PRICE = 0.03 / 10_000;
/** A management event in each trail but the first: 2.00 for 100,000 (aws.amazon.com/cloudtrail/pricing). */
export const RECORD_PRICE = 2 / 100_000;
/** A parameter or a call where Parameter Store has higher throughput, 0.05 for 10,000; else there is no price. */
export const INTERACTION_PRICE = 0.05 / 10_000;

const PRICED: ReadonlySet<string> = new Set<Operation>([
  'BatchGetSecretValue',
  'DescribeSecret',
  'GetSecretValue',
  'ListSecrets',
]);

/** What a call of that name costs: those of STS, and of Parameter Store at standard throughput, have no price. */
export function callPriceOf(operation: string): number {
  return PRICED.has(operation) ? CALL_PRICE : 0;
}

/**
 * What it costs to tell the versions, or values, of so many secrets by one kind of call; `listed` secrets are in the
 * list. Audit records are left out, since the first trail costs nothing: only how the calls compare decides anything.
 */
export function priceOf(operation: Operation, secrets: number, listed: number): number {
  switch (operation) {
    case 'DescribeSecret':
      return secrets * CALL_PRICE;
    case 'GetSecretValue':
      return secrets * (CALL_PRICE + DECRYPTION_PRICE);
    case 'BatchGetSecretValue':
      return Math.ceil(secrets / BATCH_SIZE) * CALL_PRICE + secrets * DECRYPTION_PRICE;
    case 'ListSecrets':
      return pagesOf(listed) * CALL_PRICE;
    default:
      return operation satisfies never;
  }
}

/** Calls that it takes to list so many secrets. */
export function pagesOf(listed: number): number {
  return Math.max(1, Math.ceil(listed / PAGE_SIZE));
}

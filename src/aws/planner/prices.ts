import { BATCH_SIZE, type Operation, PAGE_SIZE } from './need.ts';

/**
 * US dollars. A call of Secrets Manager: 0.05 for 10,000 (aws.amazon.com/secrets-manager/pricing); a decryption: 0.03 for
 * 10,000 (aws.amazon.com/kms/pricing), free where the key is AWS's own. Only how they compare decides anything here.
 */
export const CALL_PRICE = 0.05 / 10_000;
export const DECRYPTION_PRICE = 0.03 / 10_000;

/** What it costs to tell the versions, or values, of so many secrets by one kind of call; `listed` secrets are in the list. */
export function priceOf(operation: Operation, secrets: number, listed: number): number {
  switch (operation) {
    case 'DescribeSecret':
      return secrets * CALL_PRICE;
    case 'GetSecretValue':
      return secrets * (CALL_PRICE + DECRYPTION_PRICE);
    case 'BatchGetSecretValue':
      return Math.ceil(secrets / BATCH_SIZE) * CALL_PRICE + secrets * DECRYPTION_PRICE;
    case 'ListSecrets':
      return Math.max(1, Math.ceil(listed / PAGE_SIZE)) * CALL_PRICE;
    default:
      return operation satisfies never;
  }
}

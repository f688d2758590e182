import type { AwsSecret, AwsSecretStatus } from '../../crds/aws-secret.ts';
import type { ObjectMeta } from '../../crds/object.ts';
import type { Result } from './error.ts';
import type { ObjectKey } from './key.ts';

export interface AwsSecretCache {
  get(key: string): AwsSecret | undefined;
  /** Keys of the AwsSecrets whose target is the Secret with this key. */
  keeping(secretKey: string): readonly string[];
}

/** Metadata of the Secrets that carry the owner label, from the watch. */
export interface SecretCache {
  get(key: string): ObjectMeta | undefined;
}

export interface StatusWriter {
  /**
   * Replaces the status with what `next` makes of the present one, if the object still has this UID. `next` returns
   * undefined when there is nothing to write, and may be called again on a newer object.
   */
  write(key: string, uid: string, next: (current: AwsSecret) => AwsSecretStatus | undefined): Promise<Result<void>>;
}

/** ServiceAccounts, for who takes the identity of one in AWS. Errors say who has to allow or make what; no call throws. */
export interface ServiceAccounts {
  /** What its annotation `eks.amazonaws.com/role-arn` holds, unchecked; undefined where it has none. */
  annotatedRole(account: ObjectKey): Promise<Result<string | undefined>>;
  /** A new token of its for AWS's STS (audience sts.amazonaws.com), good for minutes. Never to be logged. */
  token(account: ObjectKey): Promise<Result<string>>;
}

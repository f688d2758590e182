import type { AwsSecret, AwsSecretStatus } from '../../crds/aws-secret.ts';
import type { ObjectMeta } from '../../crds/object.ts';
import type { Result } from './error.ts';

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

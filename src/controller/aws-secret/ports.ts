import type { AwsSecret } from '../../crds/aws-secret.ts';
import type { Result } from '../runtime/error.ts';
import type { ObjectKey } from '../runtime/key.ts';
import type { AwsSecretCache, SecretCache } from '../runtime/ports.ts';
import type { LiveSecret, SecretManifest, SecretMetadata } from './secret/secret.ts';

/** What the spec asks AWS for. `regions` in the order they are asked; empty means the operator's default. */
export interface SourceReference {
  readonly secretId: string;
  readonly versionStage: string;
  readonly regions: readonly string[];
  /** Version that the Secret holds now: a replica that lags behind it must not take us back. Undefined at a first read. */
  readonly held?: string;
}

export interface SourceVersion {
  readonly versionId: string;
  /** Region that answered. */
  readonly region: string;
  /** RFC 3339; absent where the call does not tell. */
  readonly createdTime?: string;
}

export interface SourceValue extends SourceVersion {
  /** SecretBinary, or SecretString in UTF-8. */
  readonly bytes: Uint8Array;
}

/** AWS, as this slice needs it. Errors name the reference, never a value; neither call throws. */
export interface SourceReader {
  /** Which version the stage points at. Decrypts nothing. */
  readVersion(reference: SourceReference): Promise<Result<SourceVersion>>;
  readValue(reference: SourceReference): Promise<Result<SourceValue>>;
}

/** The Secrets of the API server. Every write is guarded: it fails with `conflict` when the object is not as expected. */
export interface SecretStore {
  get(key: ObjectKey): Promise<Result<LiveSecret | undefined>>;
  /** `exists` when there is one of that name already, whose ever it is. */
  create(manifest: SecretManifest): Promise<Result<SecretMetadata | 'exists'>>;
  /**
   * Makes the Secret hold exactly the manifest's data and AwsSecret owners, if it still is as `held` says. Foreign
   * metadata stays.
   */
  replace(manifest: SecretManifest, held: SecretMetadata, surplus: readonly string[]): Promise<Result<SecretMetadata>>;
  /** Deletes the Secret if it still is as `held` says; one that is gone already is a success. */
  remove(held: SecretMetadata): Promise<Result<void>>;
  /** Takes every sign of AwsSecrets off the Secret, if it still is as `held` says, and leaves its data. */
  release(held: SecretMetadata): Promise<Result<void>>;
}

export interface AwsSecretIndex extends AwsSecretCache {
  withUid(uid: string): AwsSecret | undefined;
  /** Whether the API server, asked now, holds the same generation of the same object, and it is not being deleted. */
  isCurrent(awsSecret: AwsSecret): Promise<Result<boolean>>;
}

export interface OwnedSecrets extends SecretCache {
  /** Secrets that name the AwsSecret with this UID, as an owner or by label. */
  ownedBy(uid: string): readonly SecretMetadata[];
}

/** Who needs a Secret to start; each as people call it, such as `Deployment app`. Undefined: nobody. */
export interface SecretUsers {
  /** From the cache of workloads. */
  workload(secret: ObjectKey): string | undefined;
  /** Read live: pods, and whatever makes them, that name it in any way; also where no restart depends on it. */
  find(secret: ObjectKey): Promise<Result<string | undefined>>;
}

/** Keyed hash of a Secret's content: `<keyId>.<hmac>`. */
export interface ContentHasher {
  readonly keyId: string;
  hash(secret: ObjectKey, data: ReadonlyMap<string, Uint8Array>): string;
}

export interface SyncMetrics {
  /** Counts a Secret written because its content is new. */
  changed(): void;
}

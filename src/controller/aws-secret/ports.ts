import type { Result } from '../runtime/error.ts';
import type { ObjectKey } from '../runtime/key.ts';
import type { LiveSecret, SecretManifest, SecretMetadata } from './secret.ts';

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
  replace(manifest: SecretManifest, held: SecretMetadata): Promise<Result<SecretMetadata>>;
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

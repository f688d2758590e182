import type { AwsSecret } from '../../crds/aws-secret.ts';
import type { Result } from '../runtime/error.ts';
import type { ObjectKey } from '../runtime/key.ts';
import type { AwsSecretCache, SecretCache } from '../runtime/ports.ts';
import type { LiveSecret, SecretManifest, SecretMetadata } from './secret/secret.ts';
import type { Source } from './sources/source.ts';

/** Whose permissions a source is read with; nothing that one identity has read is ever given to another. */
export interface Identity {
  readonly namespace: string;
  /** ServiceAccount of the namespace whose token is exchanged; undefined: the operator's own identity. */
  readonly serviceAccountName?: string;
  /** What its token assumes; undefined: the role that its annotation names. */
  readonly roleArn?: string;
  /** Assumed from there, in this order. */
  readonly assumeRoles: readonly AssumedRole[];
}

export interface AssumedRole {
  readonly roleArn: string;
  readonly externalId?: string;
  readonly sessionTags: Readonly<Record<string, string>>;
}

/** What the spec asks AWS for. `regions` in the order they are asked; empty means the operator's default. */
export interface SourceRequest {
  readonly source: Source;
  readonly identity: Identity;
  readonly regions: readonly string[];
  /** What the Secret holds now: a replica that lags behind it must not take us back. Undefined at a first read. */
  readonly held?: SourceVersion;
  /** Whether AWS had no such thing when it last agreed: a replica that still has it must not bring it back. */
  readonly wasAbsent?: boolean;
  /** Wall-clock milliseconds at which AWS has last agreed with what is held. */
  readonly heldAt?: number;
  /** Monotonic milliseconds: what was observed before is too old an answer. */
  readonly freshAfter: number;
  /** Milliseconds after which it will be asked again; undefined: not by itself. Who is soon due may ride along with others. */
  readonly intervalMs: number | undefined;
  /** Whether a list, which lags behind, may tell of a version. */
  readonly consistency: 'Eventual' | 'Strict';
}

export interface SourceVersion {
  /** Of a path or a search: a hash of all names and versions. */
  readonly versionId: string;
  /** Region that answered. */
  readonly region: string;
  /** RFC 3339; absent where the call does not tell. */
  readonly createdTime?: string;
}

export interface ObservedVersion extends SourceVersion {
  /** Monotonic milliseconds at which AWS was asked. */
  readonly observedAt: number;
}

export interface SourceValue extends ObservedVersion {
  /** One of a secret or parameter; any number of a path or search, in the order of their names. */
  readonly items: readonly SourceItem[];
}

export interface SourceItem {
  /** Of the secret or parameter, in AWS. */
  readonly name: string;
  /** SecretBinary, or text in UTF-8. */
  readonly bytes: Uint8Array;
}

/** AWS, as this slice needs it. Errors name the source, never a value; no call throws. */
export interface SourceReader {
  /** Which version there is. Decrypts nothing where AWS can tell it without. */
  readVersion(request: SourceRequest): Promise<Result<ObservedVersion>>;
  readValue(request: SourceRequest): Promise<Result<SourceValue>>;
  /** Whether the primary region says that what was read before is deleted; not merely absent, denied, or without a value. */
  isDeleted(request: SourceRequest): Promise<Result<boolean>>;
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
  /** Keys without which a pod of a workload does not start, and that workload; from the cache too. */
  requiredKeys(secret: ObjectKey): ReadonlyMap<string, string>;
  /** Read live: pods, and whatever makes them, that name it in any way; also where no restart depends on it. */
  find(secret: ObjectKey): Promise<Result<string | undefined>>;
}

/** Keyed hash of a Secret's content: `<keyId>.<hmac>`. */
export interface ContentHasher {
  readonly keyId: string;
  hash(secret: ObjectKey, data: ReadonlyMap<string, Uint8Array>): string;
}

export interface SyncMetrics {
  /**
   * Counts a Secret written because its content is new, so many milliseconds after the version was made in AWS, where
   * that is known.
   */
  changed(lagMs: number | undefined): void;
}

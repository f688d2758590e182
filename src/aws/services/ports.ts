/**
 * What AWS is asked for, in one region and under one identity. Every call rejects with what the SDK throws, or when its
 * deadline has passed; it is never asked a second time for what AWS refuses.
 */

/** Secrets Manager (docs.aws.amazon.com/secretsmanager/latest/apireference). */
export interface SecretsManager {
  describe(secretId: string): Promise<SecretMetadata>;
  getValue(secretId: string, version: SecretVersionSelector): Promise<SecretAnswer>;
  /** AWSCURRENT of up to 20 secrets. What can be had is in `values` although others are in `errors`. */
  batchGetValue(secretIds: readonly string[]): Promise<BatchAnswer>;
  /** One page; it may be empty although another follows. */
  list(filters: ListFilters, nextToken?: string): Promise<ListPage>;
}

export type SecretVersionSelector = { readonly stage: string } | { readonly versionId: string };

/** Staging label → VersionId. */
export type Stages = ReadonlyMap<string, string>;

export interface SecretMetadata {
  readonly arn: string;
  readonly name: string;
  readonly stages: Stages;
  /** Scheduled for deletion: it can be described, and its value not be read. */
  readonly isDeleted: boolean;
}

export interface ListedSecret extends SecretMetadata {
  readonly tags: Readonly<Record<string, string>>;
}

export interface SecretAnswer {
  readonly arn: string;
  readonly name: string;
  readonly versionId: string;
  /** RFC 3339. */
  readonly createdTime?: string;
  /** SecretBinary, or SecretString in UTF-8; an empty string is a value, the absence of both is undefined. */
  readonly bytes: Uint8Array | undefined;
}

export interface BatchAnswer {
  readonly values: readonly SecretAnswer[];
  readonly errors: readonly SecretRefusal[];
}

export interface SecretRefusal {
  /** As it was asked for. */
  readonly secretId: string;
  /** AWS's error code, such as AccessDeniedException; empty when AWS gives none. */
  readonly code: string;
}

export interface ListFilters {
  /** At most 10; a secret matches whose name begins with one of them. Empty: every secret. */
  readonly namePrefixes: readonly string[];
  /** At most 10 keys; a secret matches that has one of them. Empty: whatever its tags. AWS cannot match a key together with its value. */
  readonly tagKeys: readonly string[];
}

export interface ListPage {
  readonly secrets: readonly ListedSecret[];
  readonly nextToken: string | undefined;
}

/** Parameter Store (docs.aws.amazon.com/systems-manager/latest/APIReference). */
export interface ParameterStore {
  /** Up to 10 names or ARNs, each with an optional `:version` or `:label`; always decrypted. */
  getParameters(names: readonly string[]): Promise<ParametersAnswer>;
  /** One page of all parameters below a path, however deep, decrypted; it may be empty although another follows. */
  getParametersByPath(path: string, nextToken?: string): Promise<ParametersPage>;
}

export interface ParameterAnswer {
  /** Without a selector. */
  readonly name: string;
  readonly arn: string;
  /** `:7`, or `:label`, as it was asked for; undefined when it was not. */
  readonly selector: string | undefined;
  readonly version: number;
  /** RFC 3339: when this version was made. */
  readonly createdTime?: string;
  readonly bytes: Uint8Array;
}

export interface ParametersAnswer {
  readonly parameters: readonly ParameterAnswer[];
  /** Names that AWS does not have, or not with that selector, as they were asked for. */
  readonly invalid: readonly string[];
}

export interface ParametersPage {
  readonly parameters: readonly ParameterAnswer[];
  readonly nextToken: string | undefined;
}

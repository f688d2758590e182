import type { SecretContent } from '../../support/aws-admin.ts';

/** Whose permissions the values are read with. */
export type As = 'own' | 'serviceAccount' | 'externalId' | 'sessionTags';

/** Makes names of a row into ones that no other row, and no other identity of the same row, uses. */
export interface Names {
  secret(name: string): string;
  parameter(name: string): string;
  /** Value of the tag `test`. */
  readonly tag: string;
}

/** What AWS holds. */
export interface Stored {
  readonly secrets?: Readonly<Record<string, SecretContent>>;
  /** Secrets that carry the tag `test`. */
  readonly tagged?: readonly string[];
  /** Each with its versions, the oldest first. */
  readonly parameters?: Readonly<Record<string, readonly string[]>>;
}

/** One case of a peer's suite with a manifest of ours. */
export interface Row extends Stored {
  /** As the peer calls it; `-` for one that it does not have. */
  readonly case: string;
  readonly why: string;
  readonly as: readonly As[];
  spec(names: Names): object;
  readonly expects: {
    data(names: Names): Readonly<Record<string, SecretContent>>;
    /** Default: Opaque. */
    readonly type?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** One case of a peer's suite without a counterpart here. */
export interface NotOurs {
  readonly case: string;
  /** As docs/comparison.md says it. */
  readonly says: string;
}

/** For cases that the peer runs under static keys and mounted IRSA, and under a referenced ServiceAccount. */
export const BOTH: readonly As[] = ['own', 'serviceAccount'];

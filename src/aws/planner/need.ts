/** What somebody has to know about one secret, under one identity in one region. */
export interface Need {
  /** As AWS is asked for it: name, ARN or partial ARN, of that region. */
  readonly secretId: string;
  readonly version: { readonly stage: string } | { readonly versionId: string };
  /** A value tells its version too. */
  readonly wants: 'version' | 'value';
  /** Whether a list, which lags behind, may tell of the version. */
  readonly mayLag: boolean;
  /** Calls that could not answer it a moment ago. */
  readonly excluded: ReadonlySet<Operation>;
  /** Whether nothing is held yet: it comes before what is only refreshed. */
  readonly isFirst: boolean;
}

const CURRENT = 'AWSCURRENT';

/** Whether it is the version that nearly everybody asks for. */
export function isCurrent(version: Need['version']): boolean {
  return 'stage' in version && version.stage === CURRENT;
}

/** Calls of Secrets Manager that read; each is an IAM action too. */
export type Operation = 'BatchGetSecretValue' | 'DescribeSecret' | 'GetSecretValue' | 'ListSecrets';

/** One call and the needs that it answers. */
export type PlannedCall =
  | { readonly operation: 'BatchGetSecretValue' | 'DescribeSecret' | 'GetSecretValue'; readonly needs: readonly Need[] }
  | {
      readonly operation: 'ListSecrets';
      readonly needs: readonly Need[];
      /** Names begin with one of them; empty: the whole list is read. */
      readonly namePrefixes: readonly string[];
    };

/** What has been learned about an identity in a region. */
export interface Knowledge {
  /** What it may not call, as far as AWS has said lately. */
  readonly denied: ReadonlySet<Operation>;
  /** How many secrets a list with these prefixes last had; undefined: not known. */
  readonly listed: (namePrefixes: readonly string[]) => number | undefined;
}

export const BATCH_SIZE = 20;
export const PAGE_SIZE = 100;
/** docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html */
export const PARAMETER_BATCH_SIZE = 10;

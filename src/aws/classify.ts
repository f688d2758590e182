import type { Reason } from '../crds/reasons.ts';

/**
 * What an AWS error means. `isElsewhere` says that another region may answer; `isTransient` that the same call may
 * succeed later without anybody mending anything.
 */
export interface Classification {
  readonly reason: Reason;
  readonly isElsewhere: boolean;
  readonly isTransient: boolean;
}

const unavailable: Classification = { reason: 'Unavailable', isElsewhere: true, isTransient: true };
const settled = (reason: Reason): Classification => ({ reason, isElsewhere: false, isTransient: false });

/** Codes that mean the same. */
export interface ErrorRow {
  readonly codes: readonly string[];
  /** For people, as the reference has it. */
  readonly meaning: string;
  readonly is: Classification;
}

/**
 * By error code, never by HTTP status alone: throttling arrives as a 400. Codes: "Common Errors" of the AWS API
 * references, and the errors of the calls that are made in those of Secrets Manager, Systems Manager and STS.
 */
export const AWS_ERRORS: readonly ErrorRow[] = [
  {
    codes: ['ResourceNotFoundException'],
    meaning: 'There is no such secret, or none in that version or stage.',
    is: settled('SecretNotFound'),
  },
  {
    codes: ['InvalidRequestException'],
    meaning: 'The secret is scheduled for deletion, or in another state in which it has no value to give.',
    is: settled('SecretNotFound'),
  },
  {
    codes: ['InvalidParameterException', 'ValidationException', 'ValidationError'],
    meaning: 'The reference itself is malformed.',
    is: settled('InvalidReference'),
  },
  {
    codes: ['DecryptionFailure', 'DecryptionFailureException', 'InvalidKeyId'],
    meaning: 'The KMS key is disabled, deleted, or may not be used.',
    is: settled('DecryptionFailed'),
  },
  {
    codes: ['AccessDeniedException', 'AccessDenied', 'UnauthorizedOperation', 'NotAuthorized'],
    meaning: 'A policy denies the call, or none allows it.',
    is: settled('AccessDenied'),
  },
  {
    codes: ['CredentialsProviderError', 'ENOENT', 'EACCES'],
    meaning: 'There are no credentials: no source gives any, or the file of the token is missing or may not be read.',
    is: settled('CredentialsUnavailable'),
  },
  {
    codes: [
      ...['ExpiredToken', 'ExpiredTokenException', 'IDPRejectedClaim', 'IDPRejectedClaimException'],
      ...['InvalidClientTokenId', 'InvalidIdentityToken', 'InvalidIdentityTokenException'],
      ...['MissingAuthenticationToken', 'OptInRequired', 'UnrecognizedClientException'],
    ],
    meaning: 'AWS does not take the credentials or the token.',
    is: settled('CredentialsUnavailable'),
  },
  {
    codes: [
      ...['IncompleteSignature', 'InvalidSignatureException', 'SignatureDoesNotMatch'],
      ...['RequestExpired', 'RequestInTheFuture', 'RequestTimeTooSkewed'],
    ],
    meaning: 'AWS does not take the signature; mostly a clock is wrong.',
    is: settled('CredentialsUnavailable'),
  },
  {
    codes: ['RegionDisabledException'],
    meaning: 'STS is switched off in that region; in another one it may be on.',
    is: { ...settled('CredentialsUnavailable'), isElsewhere: true },
  },
  {
    codes: ['IDPCommunicationError', 'IDPCommunicationErrorException'],
    meaning: 'STS could not reach the identity provider.',
    is: unavailable,
  },
  {
    codes: [
      ...['BandwidthLimitExceeded', 'LimitExceededException', 'PriorRequestNotComplete'],
      ...['ProvisionedThroughputExceededException', 'RequestLimitExceeded', 'RequestThrottled'],
      ...['RequestThrottledException', 'SlowDown', 'Throttling', 'ThrottlingException', 'ThrottledException'],
      ...['TooManyRequestsException', 'TransactionInProgressException'],
    ],
    meaning: 'Too many calls at a time.',
    is: unavailable,
  },
  {
    codes: [
      'InternalFailure',
      'InternalServiceError',
      'RequestTimeout',
      'RequestTimeoutException',
      'ServiceUnavailable',
    ],
    meaning: 'AWS has trouble of its own.',
    is: unavailable,
  },
  {
    codes: ['ERR_PROXY_TUNNEL'],
    meaning: 'The proxy refuses, which people have to mend.',
    is: unavailable,
  },
  {
    codes: [
      ...['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID'],
      ...['SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ],
    meaning: 'The certificate is not trusted; `--aws-ca-bundle` may not name its authority, which people have to mend.',
    is: unavailable,
  },
];

const BY_CODE: ReadonlyMap<string, Classification> = new Map(
  AWS_ERRORS.flatMap(({ codes, is }) => codes.map(code => [code, is] as const)),
);

/** What is not in the table: an unknown refusal is final, because asking another region would hide what is wrong. */
export const OTHER_ERRORS = { refusal: settled('InvalidReference'), trouble: unavailable } as const;

/** As AWS writes a code that is not in the list; whoever answers in its place may write anything. */
const CODE = /^[A-Za-z][\w.-]{0,63}$/;

/** The code of an error that the SDK threw: AWS's own, or `NoAnswer` where there was none. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'NoAnswer';
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  const known = [name, code].find(text => typeof text === 'string' && BY_CODE.has(text));
  if (typeof known === 'string') return known;
  const status = statusOf(error);
  if (status === undefined) return 'NoAnswer';
  return typeof name === 'string' && CODE.test(name) ? name : `HTTP ${status}`;
}

/** Never throws. */
export function classify(error: unknown): Classification {
  const known = BY_CODE.get(errorCode(error));
  if (known !== undefined) return known;
  const status = statusOf(error);
  return status === undefined || status >= 500 || status === 429 ? OTHER_ERRORS.trouble : OTHER_ERRORS.refusal;
}

/** Whether it came over HTTP at all, from AWS or whoever stands before it. */
export function isSilence(error: unknown): boolean {
  return statusOf(error) === undefined;
}

function statusOf(error: unknown): number | undefined {
  const { $metadata } = (error ?? {}) as { readonly $metadata?: { readonly httpStatusCode?: unknown } | null };
  const status = $metadata?.httpStatusCode;
  return typeof status === 'number' ? status : undefined;
}

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

/**
 * By error code, never by HTTP status alone: throttling arrives as a 400. Codes: "Common Errors" of the AWS API
 * references, and the errors of GetSecretValue and DescribeSecret in the Secrets Manager API reference.
 */
const BY_CODE: Readonly<Record<string, Classification>> = {
  ResourceNotFoundException: settled('SecretNotFound'),
  // "The secret is scheduled for deletion", or is in another state in which it has no value to give.
  InvalidRequestException: settled('SecretNotFound'),
  InvalidParameterException: settled('InvalidReference'),
  ValidationException: settled('InvalidReference'),
  ValidationError: settled('InvalidReference'),
  DecryptionFailure: settled('DecryptionFailed'),
  DecryptionFailureException: settled('DecryptionFailed'),
  AccessDeniedException: settled('AccessDenied'),
  AccessDenied: settled('AccessDenied'),
  UnauthorizedOperation: settled('AccessDenied'),
  CredentialsProviderError: settled('CredentialsUnavailable'),
  ExpiredToken: settled('CredentialsUnavailable'),
  ExpiredTokenException: settled('CredentialsUnavailable'),
  IDPRejectedClaim: settled('CredentialsUnavailable'),
  IDPRejectedClaimException: settled('CredentialsUnavailable'),
  IncompleteSignature: settled('CredentialsUnavailable'),
  InvalidClientTokenId: settled('CredentialsUnavailable'),
  InvalidIdentityToken: settled('CredentialsUnavailable'),
  InvalidIdentityTokenException: settled('CredentialsUnavailable'),
  InvalidSignatureException: settled('CredentialsUnavailable'),
  MissingAuthenticationToken: settled('CredentialsUnavailable'),
  NotAuthorized: settled('AccessDenied'),
  OptInRequired: settled('CredentialsUnavailable'),
  // STS is switched off in that region; in another one it may be on.
  RegionDisabledException: { ...settled('CredentialsUnavailable'), isElsewhere: true },
  RequestExpired: settled('CredentialsUnavailable'),
  RequestInTheFuture: settled('CredentialsUnavailable'),
  RequestTimeTooSkewed: settled('CredentialsUnavailable'),
  SignatureDoesNotMatch: settled('CredentialsUnavailable'),
  UnrecognizedClientException: settled('CredentialsUnavailable'),
  // The web identity token's file is missing or may not be read.
  ENOENT: settled('CredentialsUnavailable'),
  EACCES: settled('CredentialsUnavailable'),
  IDPCommunicationError: unavailable,
  IDPCommunicationErrorException: unavailable,
  BandwidthLimitExceeded: unavailable,
  InternalFailure: unavailable,
  InternalServiceError: unavailable,
  LimitExceededException: unavailable,
  PriorRequestNotComplete: unavailable,
  ProvisionedThroughputExceededException: unavailable,
  RequestLimitExceeded: unavailable,
  RequestThrottled: unavailable,
  RequestThrottledException: unavailable,
  RequestTimeout: unavailable,
  RequestTimeoutException: unavailable,
  ServiceUnavailable: unavailable,
  SlowDown: unavailable,
  Throttling: unavailable,
  ThrottlingException: unavailable,
  ThrottledException: unavailable,
  TooManyRequestsException: unavailable,
  TransactionInProgressException: unavailable,
  // A parameter's KMS key is disabled, deleted, or may not be used (GetParameters in the API reference).
  InvalidKeyId: settled('DecryptionFailed'),
  // No answer, but for a cause that people have to mend: the proxy, or an authority that --aws-ca-bundle does not name.
  ERR_PROXY_TUNNEL: unavailable,
  CERT_HAS_EXPIRED: unavailable,
  DEPTH_ZERO_SELF_SIGNED_CERT: unavailable,
  ERR_TLS_CERT_ALTNAME_INVALID: unavailable,
  SELF_SIGNED_CERT_IN_CHAIN: unavailable,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unavailable,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unavailable,
};

/** As AWS writes a code that is not in the list; whoever answers in its place may write anything. */
const CODE = /^[A-Za-z][\w.-]{0,63}$/;

/** The code of an error that the SDK threw: AWS's own, or `NoAnswer` where there was none. */
export function errorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'NoAnswer';
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  const known = [name, code].find(text => typeof text === 'string' && Object.hasOwn(BY_CODE, text));
  if (typeof known === 'string') return known;
  const status = statusOf(error);
  if (status === undefined) return 'NoAnswer';
  return typeof name === 'string' && CODE.test(name) ? name : `HTTP ${status}`;
}

/** Never throws; an unknown 4xx is final, because asking another region for it would hide what is wrong. */
export function classify(error: unknown): Classification {
  const code = errorCode(error);
  const known = Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
  if (known !== undefined) return known;
  const status = statusOf(error);
  return status === undefined || status >= 500 || status === 429 ? unavailable : settled('InvalidReference');
}

function statusOf(error: unknown): number | undefined {
  const { $metadata } = (error ?? {}) as { readonly $metadata?: { readonly httpStatusCode?: unknown } | null };
  const status = $metadata?.httpStatusCode;
  return typeof status === 'number' ? status : undefined;
}

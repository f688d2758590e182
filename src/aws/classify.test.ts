import fc from 'fast-check';
import { expect, test } from 'vitest';
import { REASONS, type Reason } from '../crds/reasons.ts';
import { classify, errorCode } from './classify.ts';

/** An error as the SDK throws it; `status` undefined where no answer came. */
function sdkError(name: string, status: number | undefined): Error {
  const error = new Error('hunter2');
  error.name = name;
  return Object.assign(error, { $metadata: { attempts: 1, ...(status !== undefined && { httpStatusCode: status }) } });
}

const settled: Readonly<Record<string, readonly string[]>> = {
  SecretNotFound: ['ResourceNotFoundException', 'InvalidRequestException'],
  InvalidReference: ['InvalidParameterException', 'ValidationException', 'ValidationError'],
  DecryptionFailed: ['DecryptionFailure', 'DecryptionFailureException', 'InvalidKeyId'],
  AccessDenied: ['AccessDeniedException', 'AccessDenied', 'UnauthorizedOperation'],
  CredentialsUnavailable: [
    'CredentialsProviderError',
    'ExpiredToken',
    'ExpiredTokenException',
    'IDPRejectedClaim',
    'IDPRejectedClaimException',
    'IncompleteSignature',
    'InvalidClientTokenId',
    'InvalidIdentityToken',
    'InvalidIdentityTokenException',
    'InvalidSignatureException',
    'MissingAuthenticationToken',
    'OptInRequired',
    'RequestExpired',
    'RequestInTheFuture',
    'RequestTimeTooSkewed',
    'SignatureDoesNotMatch',
    'UnrecognizedClientException',
  ],
};

for (const [reason, codes] of Object.entries(settled)) {
  for (const code of codes) {
    test(`${code} → ${reason}: an answer, which no other region would change`, () => {
      expect(classify(sdkError(code, 400))).toEqual({ reason, isElsewhere: false, isTransient: false });
    });
  }
}

const unavailable = [
  { code: 'ThrottlingException', status: 400, why: 'throttling arrives as a 400' },
  { code: 'Throttling', status: 400, why: 'its name in the query protocol' },
  { code: 'ThrottledException', status: 400, why: 'and in others' },
  { code: 'TooManyRequestsException', status: 429, why: 'and as a 429' },
  { code: 'LimitExceededException', status: 400, why: 'a rate, not a quota, for reads' },
  { code: 'RequestLimitExceeded', status: 503, why: 'a rate' },
  { code: 'SlowDown', status: 503, why: 'a rate' },
  { code: 'InternalServiceError', status: 500, why: 'a server error' },
  { code: 'InternalFailure', status: 500, why: 'a server error' },
  { code: 'ServiceUnavailable', status: 503, why: 'a server error' },
  { code: 'RequestTimeout', status: 400, why: 'the service gave up waiting' },
  { code: 'RequestTimeoutException', status: 408, why: 'the same' },
  { code: 'IDPCommunicationError', status: 400, why: 'STS could not reach the identity provider, and may later' },
  { code: 'IDPCommunicationErrorException', status: 400, why: 'the same, as the SDK names it' },
  { code: 'TimeoutError', status: undefined, why: 'no answer in time' },
  { code: 'AbortError', status: undefined, why: 'the deadline of the call' },
  { code: 'Error', status: undefined, why: 'ECONNREFUSED and its like carry no code of AWS' },
  { code: 'SELF_SIGNED_CERT_IN_CHAIN', status: undefined, why: 'an authority that we do not trust, yet or here' },
  { code: 'SomethingNew', status: 500, why: 'an unknown 5xx' },
  { code: 'SomethingNew', status: 503, why: 'an unknown 5xx' },
  { code: 'SomethingNew', status: 429, why: 'an unknown 429' },
];

for (const { code, status, why } of unavailable) {
  test(`${code} with ${status} → Unavailable: ${why}`, () => {
    expect(classify(sdkError(code, status))).toEqual({ reason: 'Unavailable', isElsewhere: true, isTransient: true });
  });
}

test('RegionDisabledException → CredentialsUnavailable: STS of another region may answer', () => {
  expect(classify(sdkError('RegionDisabledException', 403))).toEqual({
    reason: 'CredentialsUnavailable',
    isElsewhere: true,
    isTransient: false,
  });
});

const unknown = ['SomethingNew', 'constructor', '__proto__', 'toString'];
for (const code of unknown) {
  test(`an unknown 4xx (${code}) is final: another region would hide what is wrong`, () => {
    expect(classify(sdkError(code, 400))).toEqual({
      reason: 'InvalidReference',
      isElsewhere: false,
      isTransient: false,
    });
  });
}

const codes = [
  { why: 'AWS’s own code', error: sdkError('AccessDenied', 403), code: 'AccessDenied' },
  {
    why: 'AWS’s own code, though the answer had no status',
    error: sdkError('ExpiredToken', undefined),
    code: 'ExpiredToken',
  },
  {
    why: 'an unknown code is told too: it names the cause',
    error: sdkError('SomethingNew', 400),
    code: 'SomethingNew',
  },
  { why: 'no answer', error: sdkError('TimeoutError', undefined), code: 'NoAnswer' },
  {
    why: 'no answer, for a cause that passes',
    error: Object.assign(new Error('hunter2'), { code: 'ECONNRESET' }),
    code: 'NoAnswer',
  },
  {
    why: 'no answer, for a cause that people have to mend',
    error: Object.assign(new Error('hunter2'), { code: 'ERR_PROXY_TUNNEL' }),
    code: 'ERR_PROXY_TUNNEL',
  },
  { why: 'an answer without a code', error: { $metadata: { httpStatusCode: 502 } }, code: 'HTTP 502' },
  { why: 'a thing that is no error', error: 'hunter2', code: 'NoAnswer' },
  { why: 'nothing', error: undefined, code: 'NoAnswer' },
];

for (const { why, error, code } of codes) {
  test(`the code is ${code}: ${why}`, () => expect(errorCode(error)).toBe(code));
}

test('whatever is thrown, the classification is complete, and nothing throws', () => {
  const thrown = fc.oneof(
    fc.anything(),
    fc.record({
      name: fc.string(),
      $metadata: fc.record({ httpStatusCode: fc.option(fc.nat(599), { nil: undefined }) }),
    }),
  );
  fc.assert(
    fc.property(thrown, error => {
      const { reason, isElsewhere, isTransient } = classify(error);
      expect(Object.keys(REASONS) as Reason[]).toContain(reason);
      expect([typeof isElsewhere, typeof isTransient]).toEqual(['boolean', 'boolean']);
      expect(typeof errorCode(error)).toBe('string');
    }),
  );
});

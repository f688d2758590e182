import type { SourceRequest } from '../../controller/aws-secret/ports.ts';
import { describeSource, type Source } from '../../controller/aws-secret/sources/source.ts';
import { fail, type Result } from '../../controller/runtime/error.ts';
import { errorCode } from '../classify.ts';
import type { Refusal } from '../engine/answer.ts';
import { CredentialsError } from '../identity/credentials-error.ts';
import { describeCredentialsFailure } from '../identity/failure.ts';

/** The secret exists and has no value. */
export function emptyValue(source: Source, region: string): Result<never> {
  return fail('EmptyValue', 'content', `${describeSource(source)} has no value in ${region}; put one in AWS`);
}

/** Neither the AwsSecret nor the operator names a region. */
export function noRegion({ source }: SourceRequest): Result<never> {
  const message = `could not read ${describeSource(source)}: no AWS region is set; set \`regions\` here or on the operator`;
  return fail('InvalidReference', 'content', message);
}

/** No region gave an answer that may be believed. */
export function unavailable(
  { source, held }: SourceRequest,
  regions: readonly string[],
  { error }: Refusal,
  unbelieved: string | undefined,
): Result<never> {
  const what = `could not read ${describeSource(source)}`;
  const code = errorCode(error);
  if (unbelieved === undefined || held === undefined) {
    return fail('Unavailable', 'transient', `${what}: no answer from ${regions.join(', ')} (${code})`);
  }
  const message = `${what}: no answer from ${regions[0]} (${code}), and ${unbelieved} does not have what follows the held version`;
  return fail('ReplicaBehind', 'transient', message);
}

/** What AWS refused for good, in words that name the source, the region and the way out. */
export function refused(
  { error, is, operation }: Refusal,
  { source, identity }: Pick<SourceRequest, 'source' | 'identity'>,
  region: string,
): Result<never> {
  const what = describeSource(source);
  const service = source.kind === 'Parameter' || source.kind === 'ParameterPath' ? 'ssm' : 'secretsmanager';
  switch (is.reason) {
    case 'SecretNotFound':
      return notFound(source, region);
    case 'AccessDenied': {
      const message = `AWS denies ${service}:${operation} on ${what} in ${region}; allow it in the IAM policy of the role that reads it, and kms:Decrypt if it has a key of its own`;
      return fail(is.reason, 'content', message);
    }
    case 'DecryptionFailed': {
      const message = `AWS cannot decrypt ${what} in ${region}; its KMS key is disabled, deleted or not allowed`;
      return fail(is.reason, 'content', message);
    }
    case 'CredentialsUnavailable': {
      if (error instanceof CredentialsError) return { ok: false, error: describeCredentialsFailure(error, identity) };
      const message = `AWS does not take the credentials for ${what} in ${region} (${errorCode(error)}); see the role that reads it, and the clocks of both sides`;
      return fail(is.reason, 'content', message);
    }
    default:
      return fail(is.reason, 'content', `AWS refuses ${operation} of ${what} in ${region} (${errorCode(error)})`);
  }
}

/** No such secret or parameter, or none in that version. */
export function notFound(source: Source, region: string): Result<never> {
  const what = describeSource(source);
  const isParameter = source.kind === 'Parameter' || source.kind === 'ParameterPath';
  const also = isParameter ? '' : ', or it is scheduled for deletion';
  const field = isParameter ? 'parameter' : 'secretId';
  return fail('SecretNotFound', 'content', `no ${what} in ${region}${also}; create it, or correct \`${field}\``);
}

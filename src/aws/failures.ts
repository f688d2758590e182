import type { SourceReference } from '../controller/aws-secret/ports.ts';
import { fail, type Result } from '../controller/runtime/error.ts';
import { type Classification, errorCode } from './classify.ts';
import { CredentialsError } from './credentials.ts';

/** The calls of Secrets Manager that the operator makes; each is an IAM action too. */
export type Operation = 'DescribeSecret' | 'GetSecretValue';

/** The secret exists and has no value. */
export function emptyValue({ secretId }: SourceReference, region: string): Result<never> {
  return fail('EmptyValue', 'content', `secret ${quote(secretId)} has no value in ${region}; put one in AWS`);
}

/** Neither the AwsSecret nor the operator names a region. */
export function noRegion({ secretId }: SourceReference): Result<never> {
  const message = `could not read secret ${quote(secretId)}: no AWS region is set; set \`regions\` here or on the operator`;
  return fail('InvalidReference', 'content', message);
}

/** No region gave an answer that may be believed; `code` is the primary's trouble. */
export function unavailable(
  { secretId, held }: SourceReference,
  regions: readonly string[],
  code: string,
  unbelieved: string | undefined,
): Result<never> {
  const secret = `could not read secret ${quote(secretId)}`;
  if (unbelieved === undefined || held === undefined) {
    return fail('Unavailable', 'transient', `${secret}: no answer from ${regions.join(', ')} (${code})`);
  }
  const message = `${secret}: no answer from ${regions[0]} (${code}), and ${unbelieved} does not have what follows the held version`;
  return fail('ReplicaBehind', 'transient', message);
}

/** What AWS refused for good, in words that name the secret, the region and the way out. */
export function refusal(
  { reason, isTransient }: Classification,
  error: unknown,
  operation: Operation,
  reference: SourceReference,
  region: string,
): Result<never> {
  const secret = `secret ${quote(reference.secretId)}`;
  switch (reason) {
    case 'SecretNotFound':
      return notFound(reference, region);
    case 'AccessDenied': {
      const message = `AWS denies secretsmanager:${operation} on ${secret} in ${region}; allow it in the IAM policy of the operator's role, and kms:Decrypt if the secret has a key of its own`;
      return fail(reason, 'content', message);
    }
    case 'DecryptionFailed': {
      const message = `AWS cannot decrypt ${secret} in ${region}; its KMS key is disabled, deleted or not allowed`;
      return fail(reason, 'content', message);
    }
    case 'CredentialsUnavailable': {
      const code = error instanceof CredentialsError ? error.code : errorCode(error);
      if (isTransient) return fail('Unavailable', 'transient', `no AWS credentials: STS did not answer (${code})`);
      const message = `no AWS credentials (${code}); see the operator's role, its trust policy and its ServiceAccount`;
      return fail(reason, 'content', message);
    }
    default:
      return fail(reason, 'content', `AWS refuses ${operation} of ${secret} in ${region} (${errorCode(error)})`);
  }
}

/** No such secret, or none with that stage. */
export function notFound({ secretId, versionStage }: SourceReference, region: string): Result<never> {
  const stage = versionStage === 'AWSCURRENT' ? '' : ` with stage ${quote(versionStage)}`;
  const message = `no secret ${quote(secretId)}${stage} in ${region}, or it is scheduled for deletion; create it, or correct \`secretId\``;
  return fail('SecretNotFound', 'content', message);
}

function quote(name: string): string {
  return JSON.stringify(name);
}

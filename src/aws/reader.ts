import type { SourceReader, SourceReference, SourceValue, SourceVersion } from '../controller/aws-secret/ports.ts';
import { fail, ok, type Result } from '../controller/runtime/error.ts';
import { inRegion, regionOf } from './arn.ts';
import { type Classification, classify, errorCode } from './classify.ts';
import { CredentialsError } from './credentials.ts';
import type { RegionalSecretsManager, ValueAnswer, VersionAnswer } from './secrets-manager.ts';

export interface AwsMetrics {
  /** `outcome` is `success` or the reason of the failure. */
  called(operation: string, region: string, outcome: string): void;
}

export interface ReaderOptions {
  readonly inRegion: (region: string) => RegionalSecretsManager;
  readonly defaultRegions: readonly string[];
  readonly metrics: AwsMetrics;
}

type Operation = 'DescribeSecret' | 'GetSecretValue';

/** Reads from the first region that answers. Only unavailability goes on to the next: a refusal is an answer. */
export function createReader({ inRegion: regional, defaultRegions, metrics }: ReaderOptions): SourceReader {
  const askRegion = async <T>(
    operation: Operation,
    region: string,
    send: () => Promise<T>,
  ): Promise<{ readonly answer: T } | { readonly error: unknown; readonly is: Classification }> => {
    try {
      const answer = await send();
      metrics.called(operation, region, 'success');
      return { answer };
    } catch (error) {
      const is = classifyCall(error);
      metrics.called(operation, region, is.reason);
      return { error, is };
    }
  };

  const ask = async <T>(
    operation: Operation,
    reference: SourceReference,
    send: (client: RegionalSecretsManager, secretId: string) => Promise<T>,
    isComplete: (answer: T) => boolean,
  ): Promise<Result<T & { readonly region: string }>> => {
    const regions = regionsOf(reference, defaultRegions);
    let code: string | undefined;
    for (const region of regions) {
      const asked = await askRegion(operation, region, () =>
        send(regional(region), inRegion(reference.secretId, region)),
      );
      // What a secondary lacks or refuses says nothing about the secret: its replica or its permission may be missing.
      const isPrimary = code === undefined;
      if ('answer' in asked) {
        if (isPrimary || isComplete(asked.answer)) return ok({ ...asked.answer, region });
        continue;
      }
      if (isPrimary && !asked.is.isElsewhere) return refusal(asked.is, asked.error, operation, reference, region);
      code ??= errorCode(asked.error);
    }
    return unavailable(reference, regions, code);
  };

  return {
    async readVersion(reference): Promise<Result<SourceVersion>> {
      const answer = await ask(
        'DescribeSecret',
        reference,
        (client, id) => client.describe(id, reference.versionStage),
        ({ versionId }: VersionAnswer) => versionId !== undefined,
      );
      if (!answer.ok) return answer;
      const { versionId, region } = answer.value;
      return versionId === undefined ? notFound(reference, region) : ok({ versionId, region });
    },
    async readValue(reference): Promise<Result<SourceValue>> {
      const answer = await ask(
        'GetSecretValue',
        reference,
        (client, id) => client.getValue(id, reference.versionStage),
        ({ bytes }: ValueAnswer) => bytes !== undefined,
      );
      if (!answer.ok) return answer;
      const { versionId, region, bytes, createdTime } = answer.value;
      if (bytes === undefined) {
        return fail(
          'EmptyValue',
          'content',
          `secret ${quote(reference.secretId)} has no value in ${region}; put one in AWS`,
        );
      }
      return ok({ versionId, region, bytes, ...(createdTime !== undefined && { createdTime }) });
    },
  };
}

/** The reference's own regions, else that of its ARN before the operator's. */
function regionsOf({ regions, secretId }: SourceReference, defaults: readonly string[]): readonly string[] {
  if (regions.length > 0) return regions;
  const own = regionOf(secretId);
  return own === undefined ? defaults : [own, ...defaults.filter(region => region !== own)];
}

function classifyCall(error: unknown): Classification {
  if (!(error instanceof CredentialsError)) return classify(error);
  // Credentials are asked of every region's STS already: another region's Secrets Manager would not help.
  return { reason: 'CredentialsUnavailable', isElsewhere: false, isTransient: error.isTransient };
}

function unavailable(
  { secretId }: SourceReference,
  regions: readonly string[],
  code: string | undefined,
): Result<never> {
  const secret = `could not read secret ${quote(secretId)}`;
  if (code !== undefined)
    return fail('Unavailable', 'transient', `${secret}: no answer from ${regions.join(', ')} (${code})`);
  return fail(
    'InvalidReference',
    'content',
    `${secret}: no AWS region is set; set \`regions\` here or on the operator`,
  );
}

function refusal(
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
      const message = `no AWS credentials (${code}); see the operator's role, its trust policy and its ServiceAccount`;
      return fail(reason, isTransient ? 'transient' : 'content', message);
    }
    default:
      return fail(reason, 'content', `AWS refuses ${operation} of ${secret} in ${region} (${errorCode(error)})`);
  }
}

function notFound({ secretId, versionStage }: SourceReference, region: string): Result<never> {
  const stage = versionStage === 'AWSCURRENT' ? '' : ` with stage ${quote(versionStage)}`;
  const message = `no secret ${quote(secretId)}${stage} in ${region}, or it is scheduled for deletion; create it, or correct \`secretId\``;
  return fail('SecretNotFound', 'content', message);
}

function quote(name: string): string {
  return JSON.stringify(name);
}

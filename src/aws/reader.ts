import type { SourceReader, SourceReference, SourceValue, SourceVersion } from '../controller/aws-secret/ports.ts';
import { ok, type Result } from '../controller/runtime/error.ts';
import { inRegion, regionOf } from './arn.ts';
import { type Classification, classify } from './classify.ts';
import { CredentialsError } from './credentials.ts';
import { type Asked, askInOrder } from './failover.ts';
import { emptyValue, noRegion, notFound, type Operation, refusal, unavailable } from './failures.ts';
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

/** Reads from the first region that answers. Only unavailability goes on to the next: a refusal is an answer. */
export function createReader({ inRegion: regional, defaultRegions, metrics }: ReaderOptions): SourceReader {
  const askRegion = async <T>(operation: Operation, region: string, send: () => Promise<T>): Promise<Asked<T>> => {
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
  const describe = async ({ secretId, versionStage }: SourceReference, region: string) =>
    await askRegion('DescribeSecret', region, () =>
      regional(region).describe(inRegion(secretId, region), versionStage),
    );
  const getValue = async ({ secretId, versionStage }: SourceReference, region: string) =>
    await askRegion('GetSecretValue', region, () =>
      regional(region).getValue(inRegion(secretId, region), versionStage),
    );

  const answerOf = async <T>(
    operation: Operation,
    reference: SourceReference,
    ask: (reference: SourceReference, region: string) => Promise<Asked<T>>,
    accept: (answer: T, region: string) => Promise<boolean>,
  ): Promise<Result<T & { readonly region: string }>> => {
    const [primary, ...secondaries] = regionsOf(reference, defaultRegions);
    if (primary === undefined) return noRegion(reference);
    const regions = [primary, ...secondaries] as const;
    const result = await askInOrder(regions, region => ask(reference, region), accept);
    switch (result.kind) {
      case 'answered':
        return ok({ ...result.answer, region: result.region });
      case 'refused':
        return refusal(result.is, result.error, operation, reference, result.region);
      case 'unavailable':
        return unavailable(reference, regions, result.code, result.unbelieved);
      default:
        return result satisfies never;
    }
  };

  return {
    async readVersion(reference): Promise<Result<SourceVersion>> {
      const accept = async (version: VersionAnswer) => isSuccessor(version, reference);
      const answer = await answerOf('DescribeSecret', reference, describe, accept);
      if (!answer.ok) return answer;
      const { versionId, region } = answer.value;
      return versionId === undefined ? notFound(reference, region) : ok({ versionId, region });
    },
    async readValue(reference): Promise<Result<SourceValue>> {
      const accept = async ({ versionId, bytes }: ValueAnswer, region: string): Promise<boolean> => {
        if (bytes === undefined) return false;
        if (reference.held === undefined || reference.held === versionId) return true;
        const described = await describe(reference, region);
        return 'answer' in described && isSuccessor(described.answer, reference);
      };
      const answer = await answerOf('GetSecretValue', reference, getValue, accept);
      if (!answer.ok) return answer;
      const { versionId, region, bytes, createdTime } = answer.value;
      if (bytes === undefined) return emptyValue(reference, region);
      return ok({ versionId, region, bytes, ...(createdTime !== undefined && { createdTime }) });
    },
  };
}

/** Whether a replica has what the Secret holds, or what came right after it. */
function isSuccessor({ versionId, previous }: VersionAnswer, { held }: SourceReference): boolean {
  if (versionId === undefined) return false;
  return held === undefined || versionId === held || previous === held;
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

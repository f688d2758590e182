import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Clock, createDeadline } from '../controller/runtime/clock.ts';
import type { CredentialProvider } from './credentials.ts';
import { type Endpoints, endpointOf } from './endpoints.ts';

export interface VersionAnswer {
  /** Undefined when no version has the stage, or the secret is scheduled for deletion. */
  readonly versionId: string | undefined;
  /** The version that AWSCURRENT pointed at before. */
  readonly previous: string | undefined;
}

export interface ValueAnswer {
  readonly versionId: string;
  readonly createdTime: string | undefined;
  readonly bytes: Uint8Array | undefined;
}

/** Secrets Manager in one region. Calls reject with what the SDK throws, or when the deadline has passed. */
export interface RegionalSecretsManager {
  describe(secretId: string, stage: string): Promise<VersionAnswer>;
  getValue(secretId: string, stage: string): Promise<ValueAnswer>;
}

export interface ClientOptions {
  readonly credentials: CredentialProvider;
  readonly endpoints: Endpoints;
  readonly requestHandler: object;
  readonly userAgent: string;
  readonly deadlineMs: number;
  readonly clock: Clock;
}

const ATTEMPTS = 2;
const encoder = new TextEncoder();

export function createSecretsManager(region: string, options: ClientOptions): RegionalSecretsManager {
  const client = new SecretsManagerClient({
    region,
    ...endpointOf(options.endpoints, 'secretsmanager', region),
    credentials: options.credentials,
    requestHandler: options.requestHandler as never,
    customUserAgent: options.userAgent,
    maxAttempts: ATTEMPTS,
  });
  const inTime = async <T>(send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>): Promise<T> => {
    const deadline = createDeadline(options.clock, options.deadlineMs);
    return await send({ abortSignal: deadline.signal }).finally(deadline.end);
  };
  return {
    async describe(secretId, stage) {
      const answer = await inTime(options => client.send(new DescribeSecretCommand({ SecretId: secretId }), options));
      const versions = Object.entries(answer.VersionIdsToStages ?? {});
      const withStage = (name: string) => versions.find(([, stages]) => stages?.includes(name))?.[0];
      // GetSecretValue refuses a secret that is scheduled for deletion; DescribeSecret still answers, with this date.
      const isGone = answer.DeletedDate !== undefined;
      return { versionId: isGone ? undefined : withStage(stage), previous: withStage('AWSPREVIOUS') };
    },
    async getValue(secretId, stage) {
      const command = new GetSecretValueCommand({ SecretId: secretId, VersionStage: stage });
      const answer = await inTime(options => client.send(command, options));
      // An empty string is a value; only the absence of both fields is none.
      const text = answer.SecretString;
      return {
        versionId: answer.VersionId ?? '',
        createdTime: answer.CreatedDate?.toISOString(),
        bytes: text === undefined ? answer.SecretBinary : encoder.encode(text),
      };
    },
  };
}

import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Clock, createDeadline } from '../controller/runtime/clock.ts';
import { errorCode } from './classify.ts';
import type { Credentials, SharedCredentials } from './credentials.ts';
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
  readonly credentials: SharedCredentials;
  readonly endpoints: Endpoints;
  readonly requestHandler: object;
  readonly userAgent: string;
  readonly deadlineMs: number;
  readonly clock: Clock;
}

interface Options {
  readonly abortSignal: AbortSignal;
}

const ATTEMPTS = 2;
const EXPIRED: ReadonlySet<string> = new Set(['ExpiredToken', 'ExpiredTokenException']);
const encoder = new TextEncoder();

export function createSecretsManager(region: string, options: ClientOptions): RegionalSecretsManager {
  /** What the client signs with: it keeps them for as long as our own clock calls them good. */
  let used: Credentials | undefined;
  const connect = (): SecretsManagerClient =>
    new SecretsManagerClient({
      region,
      ...endpointOf(options.endpoints, 'secretsmanager', region),
      credentials: async () => {
        used = await options.credentials();
        return used;
      },
      requestHandler: options.requestHandler as never,
      customUserAgent: options.userAgent,
      maxAttempts: ATTEMPTS,
    });
  let client = connect();

  /** Sends a call, and once more with new credentials when the present ones have expired, whatever our own clock says. */
  const inTime = async <T>(send: (client: SecretsManagerClient, options: Options) => Promise<T>): Promise<T> => {
    const deadline = createDeadline(options.clock, options.deadlineMs);
    const attempt = (): Promise<T> => send(client, { abortSignal: deadline.signal });
    try {
      return await attempt().catch(async error => {
        if (!EXPIRED.has(errorCode(error))) throw error;
        await options.credentials({ refused: used });
        client = connect();
        return await attempt();
      });
    } finally {
      deadline.end();
    }
  };
  return {
    async describe(secretId, stage) {
      const command = new DescribeSecretCommand({ SecretId: secretId });
      const answer = await inTime((to, options) => to.send(command, options));
      const versions = Object.entries(answer.VersionIdsToStages ?? {});
      const withStage = (name: string) => versions.find(([, stages]) => stages?.includes(name))?.[0];
      // GetSecretValue refuses a secret that is scheduled for deletion; DescribeSecret still answers, with this date.
      const isGone = answer.DeletedDate !== undefined;
      return { versionId: isGone ? undefined : withStage(stage), previous: withStage('AWSPREVIOUS') };
    },
    async getValue(secretId, stage) {
      const command = new GetSecretValueCommand({ SecretId: secretId, VersionStage: stage });
      const answer = await inTime((to, options) => to.send(command, options));
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

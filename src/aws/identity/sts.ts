import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Clock } from '../../controller/runtime/clock.ts';
import { classify } from '../classify.ts';
import { type Endpoints, endpointOf } from '../endpoints.ts';
import type { AwsMetrics } from '../metrics.ts';
import type { Credentials } from './credentials.ts';
import { firstThatAnswers } from './first-that-answers.ts';
import { withinDeadline } from './within-deadline.ts';

export interface StsOptions {
  /** In the order they are asked. */
  readonly regions: readonly string[];
  readonly endpoints: Endpoints;
  readonly requestHandler: object;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly metrics: Pick<AwsMetrics, 'called'>;
  /** For all attempts of one call in one region. */
  readonly deadlineMs: number;
}

export interface TokenExchange {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly token: string;
}

export interface RoleRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly externalId: string | undefined;
  readonly tags: { Key: string; Value: string }[];
}

/** STS of the first region that answers. Each call rejects with what the SDK throws, or when no region answered in time. */
export interface Sts {
  exchangeToken(exchange: TokenExchange): Promise<Credentials>;
  assumeRole(source: Credentials, request: RoleRequest): Promise<Credentials>;
}

interface Answer {
  readonly Credentials?:
    | {
        readonly AccessKeyId: string | undefined;
        readonly SecretAccessKey: string | undefined;
        readonly SessionToken: string | undefined;
        readonly Expiration: Date | undefined;
      }
    | undefined;
}

/** The SDK's pauses between two are not by our clock: there is one at the most. */
const ATTEMPTS = 2;
/** Where nobody has set a region, as the SDK does it (@aws-sdk/core, stsRegionDefaultResolver). */
const DEFAULT_REGIONS = ['us-east-1'];

export function createSts(options: StsOptions): Sts {
  const { endpoints, requestHandler, clock, metrics, deadlineMs } = options;
  const regions = options.regions.length === 0 ? DEFAULT_REGIONS : options.regions;
  const connect = (region: string, credentials?: Credentials): STSClient =>
    new STSClient({
      region,
      ...endpointOf(endpoints, 'sts', region),
      ...(credentials !== undefined && { credentials }),
      requestHandler: requestHandler as never,
      customUserAgent: options.userAgent,
      maxAttempts: ATTEMPTS,
    });

  const ask = (
    operation: string,
    send: (region: string, options: { readonly abortSignal: AbortSignal }) => Promise<Answer>,
  ): Promise<Credentials> =>
    firstThatAnswers(regions, async region => {
      try {
        const answer = await withinDeadline(clock, deadlineMs, abortSignal => send(region, { abortSignal }));
        const credentials = credentialsOf(answer);
        metrics.called(operation, region, 'success');
        return credentials;
      } catch (error) {
        metrics.called(operation, region, classify(error).reason);
        throw error;
      }
    });

  return {
    async exchangeToken({ roleArn, sessionName, token }) {
      const exchange = { RoleArn: roleArn, RoleSessionName: sessionName, WebIdentityToken: token };
      return await ask('AssumeRoleWithWebIdentity', (region, options) =>
        connect(region).send(new AssumeRoleWithWebIdentityCommand(exchange), options),
      );
    },
    async assumeRole(source, { roleArn, sessionName, externalId, tags }) {
      const request = { RoleArn: roleArn, RoleSessionName: sessionName, ExternalId: externalId, Tags: tags };
      // A client signs with the one set that it was made with, and an identity asks once in an hour.
      return await ask('AssumeRole', (region, options) =>
        connect(region, source).send(new AssumeRoleCommand(request), options),
      );
    },
  };
}

function credentialsOf({ Credentials: set }: Answer): Credentials {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = set ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken) throw new Error('STS answered without credentials');
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    ...(Expiration !== undefined && { expiration: Expiration }),
  };
}

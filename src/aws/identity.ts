import { fromNodeProviderChain, fromTokenFile } from '@aws-sdk/credential-providers';
import type { Clock } from '../controller/runtime/clock.ts';
import { classify } from './classify.ts';
import { type CredentialProvider, type Credentials, type SharedCredentials, shareCredentials } from './credentials.ts';
import { type Endpoints, endpointOf } from './endpoints.ts';

export interface IdentityOptions {
  /** Regions whose STS is asked, in order. */
  readonly regions: readonly string[];
  readonly endpoints: Endpoints;
  readonly requestHandler: object;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The operator's own identity. In a pod with IRSA: the web identity token, read anew for every exchange because the
 * kubelet replaces it (docs.aws.amazon.com/eks, "IAM roles for service accounts"), at the STS of the first region that
 * answers. Elsewhere the SDK's chain: environment, profile, container and instance credentials.
 */
export function operatorIdentity(options: IdentityOptions): SharedCredentials {
  const { regions, env, clock } = options;
  const isWebIdentity = env['AWS_WEB_IDENTITY_TOKEN_FILE'] !== undefined && env['AWS_ROLE_ARN'] !== undefined;
  if (!isWebIdentity) return shareCredentials(fromNodeProviderChain({ clientConfig: clientConfig(options) }), clock);
  const roleSessionName = env['AWS_ROLE_SESSION_NAME'] ?? 'secrets-operator';
  // Without a region of ours the SDK finds one by itself: AWS_REGION, a profile's, or the global endpoint's.
  const asked = regions.length === 0 ? [undefined] : regions;
  const perRegion = asked.map(region => {
    const exchange = fromTokenFile({ clientConfig: clientConfig(options, region), roleSessionName });
    return () => exchange();
  });
  return shareCredentials(firstThatAnswers(perRegion), clock);
}

function clientConfig({ regions, endpoints, requestHandler }: IdentityOptions, region = regions[0]) {
  if (region === undefined) return { requestHandler };
  return { region, ...endpointOf(endpoints, 'sts', region), requestHandler, maxAttempts: 2 };
}

/** A refusal is final: another region's STS would refuse too, and the first refusal names the cause. */
function firstThatAnswers(providers: readonly CredentialProvider[]): CredentialProvider {
  return async (): Promise<Credentials> => {
    let last: unknown = new Error('no region to ask');
    for (const provider of providers) {
      try {
        return await provider();
      } catch (error) {
        last = error;
        if (!classify(error).isElsewhere) break;
      }
    }
    throw last;
  };
}

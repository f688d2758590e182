import { readFile } from 'node:fs/promises';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { endpointOf } from '../endpoints.ts';
import type { CredentialProvider } from './credentials.ts';
import type { Sts, StsOptions } from './sts.ts';
import { withinDeadline } from './within-deadline.ts';

export interface OperatorOptions extends StsOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The agents on the node answer within a second, or are asked four times; a process that the chain starts may take longer. */
const CHAIN_MS = 15_000;

/**
 * The operator's own identity. In a pod with IRSA: the web identity token, read anew for every exchange because the
 * kubelet replaces it (docs.aws.amazon.com/eks, "IAM roles for service accounts"). Elsewhere the SDK's chain: environment,
 * profile, EKS Pod Identity and other container credentials, the instance's.
 */
export function operatorProvider(options: OperatorOptions, sts: Sts): CredentialProvider {
  const { env, clock } = options;
  const [file, roleArn] = [env['AWS_WEB_IDENTITY_TOKEN_FILE'], env['AWS_ROLE_ARN']];
  if (file && roleArn) {
    const sessionName = env['AWS_ROLE_SESSION_NAME'] || 'secrets-operator';
    return async () => await sts.exchangeToken({ roleArn, sessionName, token: (await readFile(file, 'utf8')).trim() });
  }
  const chain = fromNodeProviderChain({ clientConfig: clientConfig(options) });
  // Forced, because who shares the sets keeps them, by our clock; the chain's own memory goes by the machine's.
  return () => withinDeadline(clock, CHAIN_MS, () => chain({ forceRefresh: true }));
}

/** For what the chain itself asks STS, as a profile with a role does. */
function clientConfig({ regions: [region], endpoints, requestHandler }: OperatorOptions) {
  if (region === undefined) return { requestHandler };
  return { region, ...endpointOf(endpoints, 'sts', region), requestHandler, maxAttempts: 2 };
}

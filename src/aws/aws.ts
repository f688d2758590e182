import type { SourceReader } from '../controller/aws-secret/ports.ts';
import type { Clock } from '../controller/runtime/clock.ts';
import type { Endpoints } from './endpoints.ts';
import { operatorIdentity } from './identity.ts';
import { readCaBundle } from './network/ca-bundle.ts';
import { createRequestHandler } from './network.ts';
import { type AwsMetrics, createReader } from './reader.ts';
import type { SecretsManager } from './services/ports.ts';
import { createSecretsManager } from './services/secrets-manager.ts';

export interface AwsOptions {
  /** In the order they are asked. */
  readonly regions: readonly string[];
  readonly endpoints: Endpoints;
  /** File of certificates in PEM that are trusted too; read once. */
  readonly caBundle: string | undefined;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly metrics: AwsMetrics;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** For all attempts of one call in one region. */
const DEADLINE_MS = 6_000;

/**
 * Everything of AWS: one identity and one pool of sockets, shared by a client per region. Throws an Error that names
 * the setting when the CA bundle or a proxy cannot be used.
 */
export function createAws({ regions, endpoints, caBundle, userAgent, clock, metrics, env }: AwsOptions): SourceReader {
  const ca = caBundle === undefined ? [] : readCaBundle(caBundle);
  const requestHandler = createRequestHandler({ ca, env, clock });
  const credentials = operatorIdentity({ regions, endpoints, requestHandler, clock, env });
  const clients = new Map<string, SecretsManager>();
  const inRegion = (region: string): SecretsManager => {
    const options = { credentials, endpoints, requestHandler, userAgent, clock, deadlineMs: DEADLINE_MS };
    const client = clients.get(region) ?? createSecretsManager(region, options);
    clients.set(region, client);
    return client;
  };
  return createReader({ inRegion, defaultRegions: regions, metrics });
}

import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { SourceReader } from '../controller/aws-secret/ports.ts';
import type { Clock } from '../controller/runtime/clock.ts';
import type { Endpoints } from './endpoints.ts';
import { operatorIdentity } from './identity.ts';
import { type AwsMetrics, createReader } from './reader.ts';
import { createSecretsManager, type RegionalSecretsManager } from './secrets-manager.ts';

export interface AwsOptions {
  /** In the order they are asked. */
  readonly regions: readonly string[];
  readonly endpoints: Endpoints;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly metrics: AwsMetrics;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const CONNECT_MS = 2_000;
const ATTEMPT_MS = 4_000;
/** For all attempts of one call in one region. */
const DEADLINE_MS = 6_000;

/** Everything of AWS: one identity and one pool of sockets, shared by a client per region. */
export function createAws({ regions, endpoints, userAgent, clock, metrics, env }: AwsOptions): SourceReader {
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: CONNECT_MS,
    requestTimeout: ATTEMPT_MS,
    throwOnRequestTimeout: true,
    httpAgent: { keepAlive: true, maxSockets: 50 },
    httpsAgent: { keepAlive: true, maxSockets: 50 },
  });
  const credentials = operatorIdentity({ regions, endpoints, requestHandler, clock, env });
  const clients = new Map<string, RegionalSecretsManager>();
  const inRegion = (region: string): RegionalSecretsManager => {
    const options = { credentials, endpoints, requestHandler, userAgent, clock, deadlineMs: DEADLINE_MS };
    const client = clients.get(region) ?? createSecretsManager(region, options);
    clients.set(region, client);
    return client;
  };
  return createReader({ inRegion, defaultRegions: regions, metrics });
}

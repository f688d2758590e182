import type { SourceReader, SourceRequest } from '../controller/aws-secret/ports.ts';
import type { RegionChange } from '../controller/region/events.ts';
import type { Clock, Random } from '../controller/runtime/clock.ts';
import type { Log } from '../controller/runtime/log.ts';
import type { ServiceAccounts } from '../controller/runtime/ports.ts';
import type { Endpoints } from './endpoints.ts';
import { createLanes } from './engine/lanes.ts';
import { createIdentities } from './identity/identities.ts';
import type { AwsMetrics } from './metrics.ts';
import { readCaBundle } from './network/ca-bundle.ts';
import { createRequestHandler } from './network.ts';
import type { Need } from './planner/need.ts';
import { createRates } from './rates/rates.ts';
import { createReader, regionsOf } from './reader/reader.ts';
import { needOf } from './reader/secret-reading.ts';
import { type BreakerState, createBreakers } from './regions/breaker.ts';
import { createParameterStore } from './services/parameter-store.ts';
import { createSecretsManager } from './services/secrets-manager.ts';

export interface AwsOptions {
  /** In the order they are asked. */
  readonly regions: readonly string[];
  readonly endpoints: Endpoints;
  /** File of certificates in PEM that are trusted too; read once. */
  readonly caBundle: string | undefined;
  /** Told to AWS with each assumed role, where it is set. */
  readonly clusterName: string | undefined;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: AwsMetrics;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly serviceAccounts: ServiceAccounts;
  /** Once for each change-over, whoever meets it. */
  readonly onRegionChange: (change: RegionChange) => void;
  /** What will be asked for next, the most urgent first. */
  readonly upcoming: () => Iterable<SourceRequest>;
}

/** For all attempts of one call in one region. */
const DEADLINE_MS = 6_000;

/**
 * Everything of AWS: one set of credentials for each identity, one lane for each identity and region, one breaker for
 * each service and region, one pool of sockets. Throws an Error that names the setting when the CA bundle or a proxy
 * cannot be used.
 */
export function createAws(options: AwsOptions): SourceReader {
  const { regions, endpoints, caBundle, clock, random, log, metrics, env } = options;
  const ca = caBundle === undefined ? [] : readCaBundle(caBundle);
  const requestHandler = createRequestHandler({ ca, env, clock });
  const identities = createIdentities({ ...options, requestHandler, deadlineMs: DEADLINE_MS });
  const onChange = (service: string, region: string, state: BreakerState): void => {
    metrics.breaker(service, region, state);
    const isAnswering = state === 'closed';
    log.warn(isAnswering ? 'region answers again' : 'region does not answer', { region, resource: service });
    options.onRegionChange({ service, region, isAnswering });
  };
  const lanes = createLanes({
    ...{ clock, log, metrics, rates: createRates(clock), keyOf: identities.keyOf },
    breakerOf: createBreakers({ clock, random, onChange }),
    servicesOf(identity, region) {
      const { userAgent } = options;
      const credentials = identities.credentialsOf(identity);
      const client = { credentials, endpoints, requestHandler, userAgent, clock, deadlineMs: DEADLINE_MS };
      return {
        secretsManager: createSecretsManager(region, client),
        parameterStore: createParameterStore(region, client),
      };
    },
    *upcoming(identityKey, region): Generator<Need> {
      for (const request of options.upcoming()) {
        const { source, identity, held } = request;
        if (source.kind !== 'Secret' || identities.keyOf(identity) !== identityKey) continue;
        if (!regionsOf(request, regions).includes(region)) continue;
        yield needOf(request, source, region, held === undefined ? 'value' : 'version');
      }
    },
  });
  return createReader({ lanes, defaultRegions: regions, clock });
}

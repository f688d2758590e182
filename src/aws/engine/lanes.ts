import type { Identity } from '../../controller/aws-secret/ports.ts';
import type { Clock } from '../../controller/runtime/clock.ts';
import type { Log } from '../../controller/runtime/log.ts';
import type { AwsMetrics } from '../metrics.ts';
import type { Need } from '../planner/need.ts';
import type { Rates } from '../rates/rates.ts';
import type { Breaker } from '../regions/breaker.ts';
import type { ListFilters, ParameterStore, SecretAnswer, SecretMetadata, SecretsManager } from '../services/ports.ts';
import type { Asked } from './answer.ts';
import { createDenials } from './denials.ts';
import { guardCalls } from './guarded-call.ts';
import { createKnown } from './known.ts';
import { createListSizes } from './list-sizes.ts';
import { createParameterLane, type ParameterLane } from './parameter-lane.ts';
import { createSearchLane, type SearchLane } from './search-lane.ts';
import { createSecretCalls } from './secret-calls.ts';
import { createSecretLane, type SecretLane } from './secret-lane.ts';

/** One identity in one region. Nothing that it has been told leaves it but to who asks under the same identity. */
export interface Lane {
  readonly secrets: SecretLane;
  readonly parameters: ParameterLane;
  readonly searches: SearchLane;
  /** What the region says of the secret now, whatever it is known for. */
  describe(secretId: string): Promise<Asked<SecretMetadata>>;
  /** One version by itself, which is how AWS tells when it was made. */
  read(secretId: string, versionId: string): Promise<Asked<SecretAnswer>>;
}

export interface Services {
  readonly secretsManager: SecretsManager;
  readonly parameterStore: ParameterStore;
}

export interface LanesOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: AwsMetrics;
  readonly rates: Rates;
  readonly keyOf: (identity: Identity) => string;
  readonly servicesOf: (identity: Identity, region: string) => Services;
  readonly breakerOf: (service: 'secretsmanager' | 'ssm', region: string) => Breaker;
  /** What will be asked of that lane next. */
  readonly upcoming: (identityKey: string, region: string) => Iterable<Need>;
}

export interface Lanes {
  of(identity: Identity, region: string): Lane;
}

/** Nobody has asked through it for so long: it and its credentials are let go. */
const IDLE_MS = 3_600_000;

export function createLanes(options: LanesOptions): Lanes {
  const { clock, keyOf } = options;
  const lanes = new Map<string, { readonly lane: Lane; usedAt: number }>();
  return {
    of(identity, region) {
      const identityKey = keyOf(identity);
      const key = `${region} ${identityKey}`;
      const now = clock.monotonic();
      const known = lanes.get(key);
      if (known !== undefined) {
        known.usedAt = now;
        return known.lane;
      }
      for (const [other, { usedAt }] of lanes) if (now - usedAt > IDLE_MS) lanes.delete(other);
      const lane = createLane(options, { identity, identityKey, region });
      lanes.set(key, { lane, usedAt: now });
      return lane;
    },
  };
}

interface Place {
  readonly identity: Identity;
  readonly identityKey: string;
  readonly region: string;
}

function createLane(options: LanesOptions, { identity, identityKey, region }: Place): Lane {
  const { clock, log, metrics, rates, servicesOf, breakerOf, upcoming } = options;
  const { secretsManager, parameterStore } = servicesOf(identity, region);
  const shared = { region, account: accountOf(identity), clock, rates, metrics };
  const ofSecrets = { ...shared, breaker: breakerOf('secretsmanager', region) };
  // Any answer will do: a secret of that name need not be there, nor be ours to see.
  const guarded = guardCalls(ofSecrets, () => secretsManager.describe('secrets-operator-probe'));
  const ofParameters = { ...shared, breaker: breakerOf('ssm', region) };
  const guardedParameters = guardCalls(ofParameters, () => parameterStore.getParameters(['secrets-operator-probe']));
  const [known, denials, listSizes] = [createKnown(clock), createDenials(clock), createListSizes(clock)];
  const calls = createSecretCalls({
    ...{ region, service: secretsManager, guarded, known, denials, listSizes, metrics },
    onDenied(operation) {
      const message = `AWS denies secretsmanager:${operation}; allow it to spare calls, see docs/iam.md`;
      log.warn('a dearer call is made', { region, message, reason: 'AccessDenied' });
    },
  });
  const onShared = (): void => metrics.shared(region);
  const secrets = createSecretLane({
    ...{ clock, calls, known, denials, listSizes, onShared },
    upcoming: () => upcoming(identityKey, region),
  });
  const list = (filters: ListFilters, nextToken: string | undefined, onStart: (at: number) => void) =>
    guarded('ListSecrets', false, () => secretsManager.list(filters, nextToken), onStart);
  return {
    secrets,
    parameters: createParameterLane({ region, clock, service: parameterStore, guarded: guardedParameters, metrics }),
    searches: createSearchLane({ clock, list, onShared }),
    describe: secretId => guarded('DescribeSecret', false, () => secretsManager.describe(secretId)),
    read: (secretId, versionId) =>
      guarded('GetSecretValue', false, () => secretsManager.getValue(secretId, { versionId })),
  };
}

/**
 * The account whose quotas are used: that of the last role. The operator's own is `own`, whichever that is; of a
 * ServiceAccount whose annotation names the role it is not known here, and one is not held up by another's account.
 */
function accountOf({ roleArn, assumeRoles, namespace, serviceAccountName }: Identity): string {
  const last = assumeRoles.at(-1)?.roleArn ?? roleArn;
  return last?.split(':')[4] ?? (serviceAccountName === undefined ? 'own' : `${namespace}/${serviceAccountName}`);
}

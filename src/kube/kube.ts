import type { AwsSecretIndex, OwnedSecrets, SecretStore, SecretUsers } from '../controller/aws-secret/ports.ts';
import type { PodReader, Restarter, SecretReader, WorkloadCache } from '../controller/rollout/ports.ts';
import type { Workload } from '../controller/rollout/workload.ts';
import type { Clock, Random } from '../controller/runtime/clock.ts';
import { formatKey } from '../controller/runtime/key.ts';
import type { Log } from '../controller/runtime/log.ts';
import type { ServiceAccounts, StatusWriter } from '../controller/runtime/ports.ts';
import type { AwsSecret } from '../crds/aws-secret.ts';
import { OWNER_LABEL } from '../crds/names.ts';
import type { ObjectMeta } from '../crds/object.ts';
import { AWS_SECRETS, createStatusWriter, indexAwsSecret, isCurrent } from './aws-secrets.ts';
import { createReducers } from './reducers.ts';
import { METADATA_LIST, METADATA_ONLY, SECRETS } from './resource.ts';
import type { SecretBody } from './secrets/secret-body.ts';
import { createSecretReader } from './secrets/secret-reader.ts';
import { createSecretStore, indexSecret } from './secrets/secret-store.ts';
import { createSecretUsers } from './secrets/secret-users.ts';
import { createServiceAccounts } from './service-accounts.ts';
import type { Transport } from './transport/transport.ts';
import type { ChangeHandler, MirrorMetrics } from './watch/mirror.ts';
import { Reflector, type ReflectorOptions } from './watch/reflector.ts';
import { createSharing } from './watch/sharing.ts';
import { Store } from './watch/store.ts';
import { createWorkloadCache, indexWorkload } from './workloads/cache.ts';
import { WORKLOAD_SOURCES } from './workloads/kinds.ts';
import { createPodReader } from './workloads/pods.ts';
import { createRestarter } from './workloads/restarter.ts';

export interface KubeOptions {
  readonly transport: Transport;
  /** Empty: all. */
  readonly namespaces: readonly string[];
  readonly watchWorkloads: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: MirrorMetrics;
}

export interface Kube {
  readonly awsSecrets: AwsSecretIndex & { all(): Iterable<AwsSecret> };
  readonly secrets: OwnedSecrets;
  /** Undefined when no workloads are watched. */
  readonly users: SecretUsers | undefined;
  readonly workloads: WorkloadCache;
  readonly pods: PodReader;
  readonly restarter: Restarter;
  readonly secretStore: SecretStore;
  readonly secretReader: SecretReader;
  readonly status: StatusWriter;
  readonly serviceAccounts: ServiceAccounts;
  /** Follows the API server until `stop`. Resolves when it has stopped. */
  run(handlers: KubeHandlers): Promise<void>;
  /** Resolves when every store holds a first complete list. */
  readonly synced: Promise<unknown>;
  /** Milliseconds since the reflector that has been silent the longest gave a sign of life. */
  silentMs(): number;
  stop(): void;
}

export interface KubeHandlers {
  readonly awsSecret: ChangeHandler<AwsSecret>;
  readonly secret: ChangeHandler<SecretObject>;
  readonly workload: ChangeHandler<Workload>;
}

export interface SecretObject {
  readonly metadata: ObjectMeta;
}

/** The API server as the controllers need it: AwsSecrets, their Secrets and all workloads watched, and the writes. */
export function createKube(options: KubeOptions): Kube {
  const { transport, namespaces, watchWorkloads, clock, random, log, metrics } = options;
  const awsSecrets = new Store<AwsSecret>(indexAwsSecret);
  const secrets = new Store<SecretObject>(indexSecret);
  const workloads = Object.values(WORKLOAD_SOURCES).map(source => ({
    ...source,
    store: new Store<Workload>(indexWorkload),
  }));
  const reduced = createReducers(createSharing(clock));
  const handlers: { current?: KubeHandlers } = {};
  const scopes = namespaces.length === 0 ? [undefined] : namespaces;

  const follow = <T extends SecretObject>(
    source: Pick<ReflectorOptions<T>, 'resource' | 'query' | 'accept' | 'reduce' | 'isOptional' | 'store' | 'onChange'>,
  ) => scopes.map(namespace => new Reflector<T>({ ...source, namespace, transport, clock, random, log, metrics }));

  const reflectors = [
    ...follow<AwsSecret>({
      resource: AWS_SECRETS,
      reduce: reduced.awsSecret,
      store: awsSecrets,
      onChange: (...change) => handlers.current?.awsSecret(...change),
    }),
    ...follow<SecretObject>({
      resource: SECRETS,
      query: { labelSelector: OWNER_LABEL },
      accept: { list: METADATA_LIST, watch: METADATA_ONLY },
      reduce: object => ({ metadata: reduced.secret(object as SecretBody) }),
      store: secrets,
      onChange: (...change) => handlers.current?.secret(...change),
    }),
    ...(watchWorkloads ? workloads : []).flatMap(source =>
      follow<Workload>({ ...source, onChange: (...change) => handlers.current?.workload(...change) }),
    ),
  ];

  const workloadCache = createWorkloadCache(workloads.map(({ store }) => store));
  return {
    awsSecrets: {
      get: key => awsSecrets.get(key),
      withUid: uid => awsSecrets.indexed(uid)[0],
      keeping: secretKey => awsSecrets.indexed(secretKey).map(({ metadata }) => formatKey(metadata)),
      isCurrent: awsSecret => isCurrent(transport, awsSecret),
      all: () => awsSecrets.all(),
    },
    secrets: {
      get: key => secrets.get(key)?.metadata,
      ownedBy: uid => secrets.indexed(uid).map(({ metadata }) => metadata),
    },
    workloads: workloadCache,
    users: watchWorkloads ? createSecretUsers(transport, workloadCache) : undefined,
    pods: createPodReader(transport),
    restarter: createRestarter(transport),
    secretStore: createSecretStore(transport, reduced.secret),
    secretReader: createSecretReader(transport),
    status: createStatusWriter(transport, awsSecrets, reduced.awsSecret),
    serviceAccounts: createServiceAccounts(transport),
    async run(to) {
      handlers.current = to;
      await Promise.all(reflectors.map(reflector => reflector.run()));
    },
    synced: Promise.all(reflectors.map(reflector => reflector.synced)),
    silentMs: () => Math.max(...reflectors.map(reflector => clock.monotonic() - reflector.lastAttempt)),
    stop: () => {
      for (const reflector of reflectors) reflector.stop();
    },
  };
}

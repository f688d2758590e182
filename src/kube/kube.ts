import type { SecretStore } from '../controller/aws-secret/ports.ts';
import type { PodReader, Restarter, WorkloadCache } from '../controller/rollout/ports.ts';
import type { Workload } from '../controller/rollout/workload.ts';
import type { Clock, Random } from '../controller/runtime/clock.ts';
import type { Log } from '../controller/runtime/log.ts';
import type { AwsSecretCache, SecretCache, StatusWriter } from '../controller/runtime/ports.ts';
import type { AwsSecret } from '../crds/aws-secret.ts';
import { OWNER_LABEL } from '../crds/names.ts';
import type { ObjectMeta } from '../crds/object.ts';
import {
  AWS_SECRETS,
  createStatusWriter,
  indexAwsSecret,
  reduceAwsSecret,
  secretIndex,
  uidIndex,
} from './aws-secrets.ts';
import { createRestarter, createWorkloadCache, indexWorkload, reduceDeployment } from './deployments.ts';
import { createPodReader } from './pods.ts';
import { type ChangeHandler, Reflector, type ReflectorOptions } from './reflector.ts';
import { DEPLOYMENTS, METADATA_LIST, METADATA_ONLY, SECRETS } from './resource.ts';
import { metadataOf } from './secret-body.ts';
import { createSecretStore } from './secrets.ts';
import { Store } from './store.ts';
import type { Transport } from './transport.ts';

export interface KubeOptions {
  readonly transport: Transport;
  /** Empty: all. */
  readonly namespaces: readonly string[];
  readonly watchWorkloads: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface Kube {
  readonly awsSecrets: AwsSecretCache & {
    /** Keys of the AwsSecrets that keep the Secret with this key. */
    keeping(secretKey: string): readonly string[];
  };
  readonly secrets: SecretCache;
  readonly workloads: WorkloadCache;
  readonly pods: PodReader;
  readonly restarter: Restarter;
  readonly secretStore: SecretStore;
  readonly status: StatusWriter;
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

/** The API server as the controllers need it: three watched collections, and the writes. */
export function createKube({ transport, namespaces, watchWorkloads, clock, random, log }: KubeOptions): Kube {
  const awsSecrets = new Store<AwsSecret>(indexAwsSecret);
  const secrets = new Store<SecretObject>();
  const workloads = new Store<Workload>(indexWorkload);
  const handlers: { current?: KubeHandlers } = {};
  const scopes = namespaces.length === 0 ? [undefined] : namespaces;

  const follow = <T extends SecretObject>(
    options: Pick<ReflectorOptions<T>, 'resource' | 'query' | 'accept' | 'reduce' | 'store' | 'onChange'>,
  ) => scopes.map(namespace => new Reflector<T>({ ...options, namespace, transport, clock, random, log }));

  const reflectors = [
    ...follow<AwsSecret>({
      resource: AWS_SECRETS,
      reduce: reduceAwsSecret,
      store: awsSecrets,
      onChange: (...change) => handlers.current?.awsSecret(...change),
    }),
    ...follow<SecretObject>({
      resource: SECRETS,
      query: { labelSelector: OWNER_LABEL },
      accept: { list: METADATA_LIST, watch: METADATA_ONLY },
      reduce: object => ({ metadata: metadataOf(object as SecretObject) }),
      store: secrets,
      onChange: (...change) => handlers.current?.secret(...change),
    }),
    ...(watchWorkloads
      ? follow<Workload>({
          resource: DEPLOYMENTS,
          reduce: reduceDeployment,
          store: workloads,
          onChange: (...change) => handlers.current?.workload(...change),
        })
      : []),
  ];

  return {
    awsSecrets: {
      get: key => awsSecrets.get(key),
      hasUid: uid => awsSecrets.indexed(uidIndex(uid)).length > 0,
      keeping: secretKey =>
        awsSecrets.indexed(secretIndex(secretKey)).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
    },
    secrets: { get: key => secrets.get(key)?.metadata },
    workloads: createWorkloadCache(workloads),
    pods: createPodReader(transport),
    restarter: createRestarter(transport),
    secretStore: createSecretStore(transport),
    status: createStatusWriter(transport, awsSecrets),
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

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createAws } from './aws/aws.ts';
import type { Config } from './config.ts';
import type { Gone } from './controller/aws-secret/loss/gone-sources.ts';
import { createReconciler } from './controller/aws-secret/reconciler.ts';
import type { SyncRecord } from './controller/aws-secret/record.ts';
import { createContentHasher, type HashKey } from './controller/aws-secret/secret/content.ts';
import { stalenessOf } from './controller/aws-secret/staleness.ts';
import { upcomingRequests } from './controller/aws-secret/upcoming.ts';
import { regionEvent } from './controller/region/events.ts';
import { RolloutMemory } from './controller/rollout/memory.ts';
import { createRolloutReconciler } from './controller/rollout/reconciler.ts';
import type { Clock, Random } from './controller/runtime/clock.ts';
import { type Controller, createController, type Reconcile } from './controller/runtime/controller.ts';
import type { RelatedObject } from './controller/runtime/events.ts';
import type { Log } from './controller/runtime/log.ts';
import { Queue } from './controller/runtime/queue.ts';
import { createHandlers } from './handlers.ts';
import { createEventRecorder } from './kube/events.ts';
import { createKube, type Kube, type KubeHandlers } from './kube/kube.ts';
import type { Transport } from './kube/transport/transport.ts';
import type { Metrics } from './telemetry/metrics.ts';

export interface Parts {
  readonly config: Config;
  readonly transport: Transport;
  readonly metrics: Metrics;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** That this process runs in, for events about the operator; absent: there is none, and none are told. */
  readonly pod?: RelatedObject | undefined;
}

export interface Wired {
  readonly kube: Kube;
  /** What every watch event wakes. */
  readonly handlers: KubeHandlers;
  readonly queues: readonly Queue[];
  controllers(key: HashKey): readonly Controller[];
}

const BACKOFF = { baseMs: 1_000, maxMs: 60_000 } as const;
const ROLLOUT_WORKERS = 5;

/** Joins every part to the others. Starts nothing. Throws an Error that names a setting of the way to AWS that cannot be used. */
export function wire(parts: Parts): Wired {
  const { config, transport, metrics, clock, random, log, pod } = parts;
  const { watchNamespaces: namespaces, rolloutEnabled: watchWorkloads } = config;
  const kube = createKube({ transport, namespaces, watchWorkloads, clock, random, log, metrics: metrics.mirror });
  const endpoints = { urls: config.awsEndpoints, isFips: config.awsFipsEndpoints };
  const reporting = { reportingController: 'secrets-operator', reportingInstance: hostname() };
  const events = createEventRecorder(transport, { clock, log, ...reporting });
  const records = new Map<string, SyncRecord>();
  const sync = new Queue(clock, metrics.queue('awssecret'));
  const rollout = new Queue(clock, metrics.queue('rollout'));
  const reader = createAws({
    ...{ ...parts, regions: config.regions, endpoints, caBundle: config.awsCaBundle, clusterName: config.clusterName },
    ...{ metrics: metrics.aws, serviceAccounts: kube.serviceAccounts },
    onRegionChange(change) {
      if (pod !== undefined) void events.record(regionEvent(pod, change, clock.now()));
    },
    upcoming: () =>
      upcomingRequests({ waiting: () => sync.waiting(), awsSecrets: kube.awsSecrets, records, now: clock.monotonic }),
  });

  const handlers = createHandlers({
    keeping: kube.awsSecrets.keeping,
    records,
    sync,
    rollout: watchWorkloads ? rollout : undefined,
  });

  const controller = (name: string, queue: Queue, concurrency: number, reconcile: Reconcile): Controller => {
    const measured = metrics.controller(name, concurrency);
    return createController({
      ...{ name, queue, concurrency, reconcile, clock, random, log, metrics: measured },
      backoff: BACKOFF,
      newId: randomUUID,
    });
  };

  return {
    kube,
    handlers,
    queues: [sync, rollout],
    controllers(key) {
      const hasher = createContentHasher(key);
      // Only who works knows how old what it knows is.
      metrics.sync.observe(() => stalenessOf(kube.awsSecrets.all(), records, clock.monotonic(), clock.now()));
      const options = { maxStalenessMs: config.maxStalenessMs };
      const gone = new Map<string, Gone>();
      const shared = { ...kube, events, clock, random, gone, hasBacklog: () => sync.length > 0 };
      const store = kube.secretStore;
      const reconcile = createReconciler({ ...shared, store, hasher, reader, records, options, metrics: metrics.sync });
      const roll = createRolloutReconciler({ ...shared, memory: new RolloutMemory(clock), metrics: metrics.rollout });
      return [
        controller('awssecret', sync, config.maxConcurrentReconciles, reconcile),
        ...(watchWorkloads ? [controller('rollout', rollout, ROLLOUT_WORKERS, roll)] : []),
      ];
    },
  };
}

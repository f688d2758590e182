import { randomBytes, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { HashKey } from './controller/aws-secret/secret/content.ts';
import { backoffMs } from './controller/runtime/backoff.ts';
import { isSettledWithin, pause } from './controller/runtime/clock.ts';
import type { Controller } from './controller/runtime/controller.ts';
import { type Election, unopposed } from './controller/runtime/election.ts';
import type { Result } from './controller/runtime/error.ts';
import type { RelatedObject } from './controller/runtime/events.ts';
import { LeaderElection } from './controller/runtime/leader-election.ts';
import { createLeaseStore } from './kube/lease.ts';
import { findHashKey, loadHashKey } from './kube/secrets/hash-key.ts';
import { fence } from './kube/transport/fence.ts';
import { serveTelemetry } from './telemetry/http.ts';
import { type Parts, wire } from './wire.ts';

export interface Operator {
  /** `host:port` where telemetry is served. */
  readonly address: string;
  /** Resolves when every cache is filled and it is known who leads, or `stop` was called before. */
  readonly ready: Promise<void>;
  /** Resolves when another process may lead in our place: the caller ends this one at once. Nothing is written any more. */
  readonly lost: Promise<unknown>;
  /** Takes no new work, waits for the reconciles under way, releases the lease and closes every socket. Idempotent. */
  stop(): Promise<void>;
}

const BACKOFF = { baseMs: 1_000, maxMs: 15_000 } as const;
/** A watch that is silent for a minute and a half is opened anew; one that has not even tried for this long is dead. */
const SILENT_MS = 150_000;
/** Every call has a deadline of seconds: a reconcile that takes this long will never end. */
const STUCK_MS = 300_000;
/** How long the reconciles under way may take once we are asked to stop. What is cut off is done by the successor. */
const DRAIN_MS = 7_000;
const RELEASE_MS = 2_000;

/**
 * Starts the operator. It stays up whatever is away: the API server and AWS are waited for, with backoff. Where others
 * may lead it stands by with full caches, and neither writes nor asks AWS before it leads.
 * Rejects only when the telemetry address cannot be had, or a setting of the way to AWS cannot be used.
 */
export async function startOperator(parts: Parts, keyNamespace: string): Promise<Operator> {
  const { transport, clock, random, log, metrics, config } = parts;
  const stopping = new AbortController();
  const stopped = new Promise<undefined>(resolve => {
    stopping.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const orStopped = <T>(what: Promise<T>): Promise<T | undefined> => Promise.race([what, stopped]);
  const election = createElection(parts, keyNamespace);
  let isDrained = false;
  const fenced = fence(transport, { mayWrite: () => !isDrained && election.isLeading(), stopping: stopping.signal });
  const { kube, handlers, queues, controllers } = wire({
    ...parts,
    ...{ transport: fenced, pod: ownPod(parts.env, keyNamespace) },
  });
  let running: readonly Controller[] = [];
  let isReady = false;

  const telemetry = await serveTelemetry({
    bindAddress: config.bindAddress,
    registry: metrics.registry,
    live: () => {
      if (kube.silentMs() > SILENT_MS) return 'a watch has given no sign of life for too long';
      return running.some(c => c.longestRunningMs() > STUCK_MS) ? 'a worker is stuck' : undefined;
    },
    ready: () => (isReady && !stopping.signal.aborted ? undefined : 'not ready: caches are being filled, or draining'),
  });

  /** Asks for the hash key until there is an answer; undefined when we are stopped before. */
  const hashKey = async <T>(ask: () => Promise<Result<T>>): Promise<T | undefined> => {
    for (let failures = 1; !stopping.signal.aborted; failures += 1) {
      const key = await orStopped(ask());
      if (key === undefined) break;
      if (key.ok) return key.value;
      log.error('no hash key yet', { reason: key.error.reason, message: key.error.message });
      await pause(clock, backoffMs(failures, BACKOFF, random), stopping.signal);
    }
    return undefined;
  };
  /** The caches come first, so that who cannot fill them does not take the lease from somebody who can. */
  const prepare = async (): Promise<void> => {
    await Promise.all([hashKey(() => findHashKey(fenced, keyNamespace)), orStopped(kube.synced)]);
    if (stopping.signal.aborted) return;
    void election.run();
    await orStopped(election.decided);
    if (stopping.signal.aborted) return;
    isReady = true;
    log.info('ready');
  };
  const work = async (): Promise<void> => {
    await orStopped(Promise.all([ready, election.won]));
    const key: HashKey | undefined = await hashKey(() => loadHashKey(fenced, keyNamespace, randomBytes));
    if (key === undefined || stopping.signal.aborted) return;
    running = controllers(key);
    await Promise.all(running.map(controller => controller.run()));
  };

  log.info('telemetry is served', { address: telemetry.address });
  const following = kube.run(handlers);
  const ready = prepare();
  const working = work();

  const stop = async (): Promise<void> => {
    stopping.abort();
    for (const queue of queues) queue.close();
    kube.stop();
    const isDone = await isSettledWithin(clock, DRAIN_MS, Promise.all([ready, working, following]));
    if (!isDone) log.warn('work that is under way is cut off');
    // From here on a successor may lead.
    isDrained = true;
    await isSettledWithin(clock, RELEASE_MS, election.release());
    await Promise.all([transport.close(), telemetry.close()]);
  };
  let ended: Promise<void> | undefined;
  return {
    address: telemetry.address,
    ready,
    lost: election.lost,
    stop: () => {
      ended ??= stop();
      return ended;
    },
  };
}

/** The pod that this is, as the chart tells it; undefined outside of one. */
function ownPod(env: Parts['env'], namespace: string): RelatedObject | undefined {
  const { POD_NAME: name, POD_UID: uid } = env;
  return name && uid ? { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, uid } } : undefined;
}

function createElection(parts: Parts, operatorNamespace: string): Election {
  const { transport, clock, random, log, metrics } = parts;
  const { leaderElection } = parts.config;
  if (leaderElection === undefined) return unopposed;
  const { namespace = operatorNamespace, leaseName: name, times } = leaderElection;
  // As client-go advises: one call that hangs must not cost the lease.
  const budgetMs = Math.max(1_000, times.renewDeadlineMs / 2);
  return new LeaderElection({
    ...{ times, clock, random, log: log.with({ resource: `lease ${namespace}/${name}` }) },
    identity: `${hostname()}_${randomUUID()}`,
    store: createLeaseStore({ transport, namespace, name, budgetMs }),
    metrics: metrics.election(name),
  });
}

import { randomBytes } from 'node:crypto';
import type { HashKey } from './controller/aws-secret/content.ts';
import { backoffMs } from './controller/runtime/backoff.ts';
import { pause } from './controller/runtime/clock.ts';
import type { Controller } from './controller/runtime/controller.ts';
import type { Result } from './controller/runtime/error.ts';
import { loadHashKey } from './kube/hash-key.ts';
import { serveTelemetry } from './telemetry/http.ts';
import { type Parts, wire } from './wire.ts';

export interface Operator {
  /** `host:port` where telemetry is served. */
  readonly address: string;
  /** Resolves when every cache is filled and the workers are at work, or `stop` was called before. */
  readonly ready: Promise<void>;
  /** Takes no new work, waits for the reconciles under way, and closes every socket. Idempotent. */
  stop(): Promise<void>;
}

const BACKOFF = { baseMs: 1_000, maxMs: 15_000 } as const;
/** A watch that is silent for a minute and a half is opened anew; one that has not even tried for this long is dead. */
const SILENT_MS = 150_000;
/** Every call has a deadline of seconds: a reconcile that takes this long will never end. */
const STUCK_MS = 300_000;

/**
 * Starts the operator. It stays up whatever is away: the API server and AWS are waited for, with backoff.
 * Rejects only when the telemetry address cannot be had.
 */
export async function startOperator(parts: Parts, keyNamespace: string): Promise<Operator> {
  const { transport, clock, random, log, metrics, config } = parts;
  const { kube, handlers, queues, controllers } = wire(parts);
  const stopping = new AbortController();
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

  const hashKey = async (): Promise<HashKey | undefined> => {
    for (let failures = 1; !stopping.signal.aborted; failures += 1) {
      const key: Result<HashKey> = await loadHashKey(transport, keyNamespace, randomBytes);
      if (key.ok) return key.value;
      log.error('no hash key yet', { reason: key.error.reason, message: key.error.message });
      await pause(clock, backoffMs(failures, BACKOFF, random), stopping.signal);
    }
    return undefined;
  };

  log.info('telemetry is served', { address: telemetry.address });
  const following = kube.run(handlers);
  const stopped = new Promise<void>(resolve => stopping.signal.addEventListener('abort', () => resolve()));
  let working: Promise<unknown> = Promise.resolve();
  const begin = async (): Promise<void> => {
    const [key] = await Promise.all([hashKey(), Promise.race([kube.synced, stopped])]);
    if (key === undefined || stopping.signal.aborted) return;
    running = controllers(key);
    working = Promise.all(running.map(controller => controller.run()));
    isReady = true;
    log.info('ready');
  };
  const ready = begin();

  const stop = async (): Promise<void> => {
    stopping.abort();
    for (const queue of queues) queue.close();
    kube.stop();
    await Promise.all([ready, following]);
    await working;
    await Promise.all([transport.close(), telemetry.close()]);
  };
  let ended: Promise<void> | undefined;
  return {
    address: telemetry.address,
    ready,
    stop: () => {
      ended ??= stop();
      return ended;
    },
  };
}

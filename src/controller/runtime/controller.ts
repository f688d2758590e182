import { type BackoffOptions, backoffMs } from './backoff.ts';
import type { Clock, Random } from './clock.ts';
import { errorName } from './error.ts';
import type { Log } from './log.ts';
import type { Outcome } from './outcome.ts';
import type { Queue } from './queue.ts';

/**
 * Looks at one key and moves the world one step towards what it declares. Safe to repeat after any failure. `readySince`:
 * monotonic milliseconds; whatever woke the key came before.
 */
export type Reconcile = (key: string, log: Log, readySince: number) => Promise<Outcome>;

export type ReconcileResult = 'success' | 'requeue_after' | 'error' | 'terminal_error' | 'panic';

export interface ControllerMetrics {
  started(): void;
  retried(): void;
  /** Called once; `running` gives how long each reconcile under way has taken, in milliseconds. */
  observe(running: () => readonly number[]): void;
  finished(result: ReconcileResult, ms: number): void;
}

export interface ControllerOptions {
  readonly name: string;
  readonly queue: Queue;
  readonly reconcile: Reconcile;
  readonly concurrency: number;
  readonly backoff: BackoffOptions;
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: () => string;
  readonly log: Log;
  readonly metrics: ControllerMetrics;
}

export interface Controller {
  /** Works until the queue is closed; resolves when the last reconcile that was under way has ended. */
  run(): Promise<void>;
  /** Milliseconds that the longest reconcile under way has taken so far; 0 when there is none. */
  longestRunningMs(): number;
}

/** A fixed number of workers that take keys from one queue. No key is ever worked on twice at a time. */
export function createController(options: ControllerOptions): Controller {
  const { name, queue, clock, metrics } = options;
  const failures = new Map<string, number>();
  const running = new Map<string, number>();

  const retry = (key: string, maxMs = options.backoff.maxMs): void => {
    const count = (failures.get(key) ?? 0) + 1;
    failures.set(key, count);
    metrics.retried();
    queue.addAfter(key, backoffMs(count, { ...options.backoff, maxMs }, options.random));
  };

  /** Puts the key back as the outcome asks, and names the outcome as controller-runtime does. */
  const settle = (key: string, outcome: Outcome): ReconcileResult => {
    if (outcome.kind !== 'retry') failures.delete(key);
    switch (outcome.kind) {
      case 'done':
        return 'success';
      case 'after':
        queue.addAfter(key, outcome.ms);
        return 'requeue_after';
      case 'retry':
        if (outcome.error.retry === 'conflict' && !failures.has(key)) {
          failures.set(key, 0);
          queue.add(key);
        } else retry(key, outcome.maxDelayMs);
        return 'error';
      case 'terminal':
        return 'terminal_error';
      default:
        return outcome satisfies never;
    }
  };

  const work = async (key: string): Promise<void> => {
    const startedAt = clock.monotonic();
    const [namespace = '', objectName = ''] = key.split('/');
    const log = options.log.with({ controller: name, namespace, name: objectName, reconcileID: options.newId() });
    running.set(key, startedAt);
    metrics.started();
    try {
      const result = settle(key, await options.reconcile(key, log, queue.readySince(key)));
      metrics.finished(result, clock.monotonic() - startedAt);
    } catch (error) {
      log.error('reconcile panicked', { reason: errorName(error) });
      metrics.finished('panic', clock.monotonic() - startedAt);
      retry(key);
    } finally {
      running.delete(key);
      queue.done(key);
    }
  };

  const worker = async (): Promise<void> => {
    for (let key = await queue.take(); key !== undefined; key = await queue.take()) await work(key);
  };

  const runningMs = (): readonly number[] => [...running.values()].map(startedAt => clock.monotonic() - startedAt);
  metrics.observe(runningMs);

  return {
    async run() {
      await Promise.all(Array.from({ length: options.concurrency }, worker));
    },
    longestRunningMs: () => Math.max(0, ...runningMs()),
  };
}

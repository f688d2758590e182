import { type BackoffOptions, backoffMs } from './backoff.ts';
import type { Clock, Random } from './clock.ts';
import { errorName } from './error.ts';
import type { Log } from './log.ts';
import type { Outcome } from './outcome.ts';
import type { Queue } from './queue.ts';
import { createSlots } from './slots.ts';

/** One reconcile, as the controller runs it. */
export interface Turn {
  readonly log: Log;
  /** Monotonic milliseconds; whatever woke the key came before. */
  readonly readySince: number;
  /**
   * What `pending` gives. Where that takes long, another key has the worker meanwhile: so who answers slowly, or is not
   * asked before a quota allows it, delays nobody else. One at a time.
   */
  aside<T>(pending: Promise<T>): Promise<T>;
}

/** Looks at one key and moves the world one step towards what it declares. Safe to repeat after any failure. */
export type Reconcile = (key: string, turn: Turn) => Promise<Outcome>;

export type ReconcileResult = 'success' | 'requeue_after' | 'error' | 'terminal_error' | 'panic';

export interface ControllerMetrics {
  started(): void;
  /** A reconcile gives its worker to another key, */
  steppedAside(): void;
  /** and has one again. */
  resumed(): void;
  retried(): void;
  /** Called once; `running` gives how long each worker has been at its reconcile, in milliseconds. */
  observe(running: () => readonly number[]): void;
  finished(result: ReconcileResult, ms: number): void;
}

export interface ControllerOptions {
  readonly name: string;
  readonly queue: Queue;
  readonly reconcile: Reconcile;
  /** Workers: so many keys at a time, but for those that have stepped aside. */
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
  /** Milliseconds for which the slowest worker has been at its reconcile; 0 when none is at work. */
  longestRunningMs(): number;
}

/** Within that, most answers of AWS are there. */
const PATIENCE_MS = 250;

/** A fixed number of workers that take keys from one queue. No key is ever worked on twice at a time. */
export function createController(options: ControllerOptions): Controller {
  const { name, queue, clock, metrics } = options;
  const workers = createSlots(options.concurrency);
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

  const aside = async <T>(key: string, pending: Promise<T>): Promise<T> => {
    let isAside = false;
    const cancel = clock.schedule(PATIENCE_MS, () => {
      isAside = true;
      running.delete(key);
      metrics.steppedAside();
      workers.free();
    });
    try {
      return await pending;
    } finally {
      cancel();
      if (isAside) {
        await workers.take();
        metrics.resumed();
        running.set(key, clock.monotonic());
      }
    }
  };

  const work = async (key: string): Promise<void> => {
    const startedAt = clock.monotonic();
    const [namespace = '', objectName = ''] = key.split('/');
    const log = options.log.with({ controller: name, namespace, name: objectName, reconcileID: options.newId() });
    running.set(key, startedAt);
    metrics.started();
    try {
      const turn: Turn = { log, readySince: queue.readySince(key), aside: pending => aside(key, pending) };
      const result = settle(key, await options.reconcile(key, turn));
      metrics.finished(result, clock.monotonic() - startedAt);
    } catch (error) {
      log.error('reconcile panicked', { reason: errorName(error) });
      metrics.finished('panic', clock.monotonic() - startedAt);
      retry(key);
    } finally {
      running.delete(key);
      workers.free();
      queue.done(key);
    }
  };

  const runningMs = (): readonly number[] => [...running.values()].map(startedAt => clock.monotonic() - startedAt);
  metrics.observe(runningMs);

  return {
    async run() {
      const underWay = new Set<Promise<void>>();
      for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
        await workers.take();
        const job = work(key).finally(() => underWay.delete(job));
        underWay.add(job);
      }
      await Promise.all(underWay);
    },
    longestRunningMs: () => Math.max(0, ...runningMs()),
  };
}

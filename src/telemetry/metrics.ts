import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { AwsMetrics } from '../aws/metrics.ts';
import type { RolloutMetrics } from '../controller/rollout/ports.ts';
import type { Clock } from '../controller/runtime/clock.ts';
import type { ControllerMetrics, ReconcileResult } from '../controller/runtime/controller.ts';
import type { ElectionMetrics } from '../controller/runtime/leader-election.ts';
import type { QueueMetrics } from '../controller/runtime/queue.ts';
import type { TransportMetrics } from '../kube/transport/transport.ts';
import type { MirrorMetrics } from '../kube/watch/mirror.ts';
import { awsMetrics } from './aws-metrics.ts';
import { type StalenessMetrics, syncMetrics } from './sync-metrics.ts';

export interface Metrics {
  readonly registry: Registry;
  readonly sync: StalenessMetrics;
  readonly rollout: RolloutMetrics;
  readonly aws: AwsMetrics;
  readonly transport: TransportMetrics;
  readonly mirror: MirrorMetrics;
  controller(name: string, concurrency: number): ControllerMetrics;
  queue(name: string): QueueMetrics;
  election(lease: string): ElectionMetrics;
}

const RESULTS: readonly ReconcileResult[] = ['success', 'requeue_after', 'error', 'terminal_error', 'panic'];
/** As controller-runtime's (pkg/internal/controller/metrics). */
const RECONCILE_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const QUEUE_SECONDS = [0.001, 0.01, 0.1, 1, 10, 60, 300];

/**
 * How often Node looks how late its event loop is. The library's ten milliseconds wake a process that has nothing to do a
 * hundred times a second, and cost as much as the refresh of a thousand AwsSecrets each minute. What is left of it,
 * `nodejs_eventloop_lag_seconds`, is measured at each scrape.
 */
const SELDOM_MS = 3_600_000;
const LAG_KINDS = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'] as const;

/** Names and labels are controller-runtime's and client-go's where they have one, so that existing panels work. */
export function createMetrics(clock: Pick<Clock, 'monotonic'>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: SELDOM_MS });
  for (const kind of LAG_KINDS) registry.removeSingleMetric(`nodejs_eventloop_lag_${kind}_seconds`);
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Counter<L>({ name, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Gauge<L>({ name, help, labelNames, registers });
  const histogram = <L extends string>(name: string, help: string, buckets: number[], ...labelNames: L[]) =>
    new Histogram<L>({ name, help, buckets, labelNames, registers });

  const reconciles = counter('controller_runtime_reconcile_total', 'Reconciles by result.', 'controller', 'result');
  const errors = counter('controller_runtime_reconcile_errors_total', 'Reconciles that failed.', 'controller');
  const panics = counter('controller_runtime_reconcile_panics_total', 'Reconciles that threw.', 'controller');
  const seconds = histogram(
    'controller_runtime_reconcile_time_seconds',
    'Length of a reconcile.',
    RECONCILE_SECONDS,
    'controller',
  );
  const maxActive = gauge('controller_runtime_max_concurrent_reconciles', 'Number of workers.', 'controller');
  const active = gauge('controller_runtime_active_workers', 'Workers at work.', 'controller');
  const depth = gauge('workqueue_depth', 'Objects ready to be worked on.', 'name', 'controller');
  const adds = counter('workqueue_adds_total', 'Objects added.', 'name', 'controller');
  const waits = histogram('workqueue_queue_duration_seconds', 'Wait before work.', QUEUE_SECONDS, 'name', 'controller');
  const works = histogram('workqueue_work_duration_seconds', 'Length of work.', QUEUE_SECONDS, 'name', 'controller');
  const retries = counter('workqueue_retries_total', 'Objects added again after a failure.', 'name', 'controller');
  const terminal = counter(
    'controller_runtime_terminal_reconcile_errors_total',
    'Failures not tried again.',
    'controller',
  );
  const observed = new Map<string, () => readonly number[]>();
  const ofRunning = (name: string, help: string, seconds: (running: readonly number[]) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['name', 'controller'],
      registers,
      collect() {
        for (const [controller, running] of observed)
          this.set({ name: controller, controller }, seconds(running()) / 1_000);
      },
    });
  ofRunning('workqueue_unfinished_work_seconds', 'Work under way, summed.', all =>
    all.reduce((sum, ms) => sum + ms, 0),
  );
  ofRunning('workqueue_longest_running_processor_seconds', 'Longest work under way.', all => Math.max(0, ...all));
  const requests = counter('rest_client_requests_total', 'Requests to the API server.', 'code', 'method');
  const unreadable = counter(
    'secrets_operator_unreadable_objects_total',
    'Objects of the API server passed over, because they could not be read: a defect of the operator.',
    'resource',
  );
  const leading = gauge('leader_election_master_status', '1 where this process leads, 0 where it stands by.', 'name');
  const restarts = counter(
    'secrets_operator_restarts_total',
    'Restarts of workloads, by success or error.',
    'kind',
    'result',
  );

  return {
    registry,
    sync: syncMetrics(registry),
    rollout: { restarted: (kind, result) => restarts.inc({ kind, result }) },
    aws: awsMetrics(registry, clock),
    mirror: { unreadable: resource => unreadable.inc({ resource }) },
    transport: { requested: (method, code) => requests.inc({ code, method }) },
    controller(controller, concurrency) {
      for (const result of RESULTS) reconciles.inc({ controller, result }, 0);
      errors.inc({ controller }, 0);
      panics.inc({ controller }, 0);
      terminal.inc({ controller }, 0);
      retries.inc({ name: controller, controller }, 0);
      maxActive.set({ controller }, concurrency);
      return {
        started: () => active.inc({ controller }),
        steppedAside: () => active.dec({ controller }),
        resumed: () => active.inc({ controller }),
        retried: () => retries.inc({ name: controller, controller }),
        observe: running => observed.set(controller, running),
        finished(result, ms) {
          active.dec({ controller });
          reconciles.inc({ controller, result });
          seconds.observe({ controller }, ms / 1_000);
          works.observe({ name: controller, controller }, ms / 1_000);
          if (result === 'terminal_error') terminal.inc({ controller });
          if (result === 'panic') panics.inc({ controller });
          if (result !== 'success' && result !== 'requeue_after') errors.inc({ controller });
        },
      };
    },
    queue(name) {
      const labels = { name, controller: name };
      return {
        added: () => adds.inc(labels),
        taken: ms => waits.observe(labels, ms / 1_000),
        depth: length => depth.set(labels, length),
      };
    },
    election: name => ({ leading: isLeading => leading.set({ name }, isLeading ? 1 : 0) }),
  };
}

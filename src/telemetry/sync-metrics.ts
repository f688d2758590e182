import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { SyncMetrics } from '../controller/aws-secret/ports.ts';
import type { Staleness } from '../controller/aws-secret/staleness.ts';

export interface StalenessMetrics extends SyncMetrics {
  /** From now on `staleness` is asked whenever metrics are collected. */
  observe(staleness: () => Staleness): void;
}

/** From an event, which takes seconds, to intervals of an hour and outages. */
const LAG_SECONDS = [1, 2, 5, 10, 20, 30, 45, 60, 75, 90, 120, 300, 600, 1_800, 3_600, 14_400, 86_400];

/** How new what the Secrets hold is. */
export function syncMetrics(registry: Registry): StalenessMetrics {
  const registers = [registry];
  const changes = new Counter({
    name: 'secrets_operator_secret_changes_total',
    help: 'Secrets written because their content is new.',
    registers,
  });
  const lag = new Histogram({
    name: 'secrets_operator_change_seconds',
    help: 'Time from when the newest version was made in AWS until the Secret held it; a version that waits as AWSPENDING waits in it too. Not counted of values that were read in a batch, which does not tell.',
    buckets: LAG_SECONDS,
    registers,
  });
  let current: (() => Staleness) | undefined;
  const ofStaleness = (name: string, help: string, value: (staleness: Staleness) => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        if (current !== undefined) this.set(value(current()));
      },
    });
  };
  ofStaleness(
    'secrets_operator_oldest_answer_seconds',
    'Longest time since AWS was last found to agree, of all AwsSecrets that refresh by themselves.',
    ({ oldestMs }) => oldestMs / 1_000,
  );
  ofStaleness(
    'secrets_operator_overdue_awssecrets',
    'AwsSecrets for which that time is longer than their refresh interval.',
    ({ overdue }) => overdue,
  );
  new Gauge({
    name: 'secrets_operator_sources',
    help: 'Sources of AwsSecrets, by the region that answered for them last.',
    labelNames: ['region'],
    registers,
    collect() {
      this.reset();
      for (const [region, count] of current?.().regions ?? []) this.set({ region }, count);
    },
  });
  return {
    changed(lagMs) {
      changes.inc();
      if (lagMs !== undefined) lag.observe(lagMs / 1_000);
    },
    observe(staleness) {
      current = staleness;
    },
  };
}

import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { awsMetrics } from './aws-metrics.ts';
import { createMetrics } from './metrics.ts';

const MINUTE = 60_000;

function world() {
  const clock = createFakeClock();
  const registry = new Registry();
  const metrics = awsMetrics(registry, clock);
  const cost = async () => {
    const metric = await registry.getSingleMetric('secrets_operator_aws_month_cost_dollars')?.get();
    const values = new Map(metric?.values.map(({ labels, value }) => [labels['item'], value]));
    return { calls: values.get('calls') ?? 0, kms: values.get('kms') ?? 0 };
  };
  /** As many calls a minute as that, for so many minutes. */
  const go = (minutes: number, call: () => void): void => {
    for (let minute = 0; minute < minutes; minute += 1) {
      clock.advance(MINUTE);
      call();
    }
  };
  return { clock, metrics, cost, go };
}

test('ten calls a minute, each in its minute, are 432,000 in a month: $2.16', async () => {
  const { metrics, cost, go } = world();
  go(90, () => {
    for (let i = 0; i < 10; i += 1) metrics.called('ListSecrets', 'eu-west-1', 'success');
  });
  expect((await cost()).calls).toBeCloseTo(2.16, 0);
});

test('decryptions are what KMS counts', async () => {
  const { metrics, cost, go } = world();
  go(90, () => metrics.decrypted('eu-west-1', 1_000));
  expect((await cost()).kms).toBeCloseTo(129.6, -1);
});

test('a first sync is over after an hour', async () => {
  const { clock, metrics, cost } = world();
  metrics.decrypted('eu-west-1', 1_000);
  const atOnce = (await cost()).kms;
  clock.advance(30 * MINUTE);
  expect((await cost()).kms).toBeLessThan(atOnce / 5);
  clock.advance(31 * MINUTE);
  expect((await cost()).kms).toBe(0);
});

const free = [
  { why: 'STS has no price', operation: 'AssumeRole', outcome: 'success' },
  { why: 'nor has Parameter Store at standard throughput', operation: 'GetParameters', outcome: 'success' },
  { why: 'nobody pays for what was not answered', operation: 'ListSecrets', outcome: 'Unavailable' },
];

for (const { why, operation, outcome } of free) {
  test(`costs nothing: ${why}`, async () => {
    const { metrics, cost } = world();
    metrics.called(operation, 'eu-west-1', outcome);
    expect(await cost()).toEqual({ calls: 0, kms: 0 });
  });
}

test('how old answers are is asked when metrics are collected, and only of who works', async () => {
  const { registry, sync } = createMetrics(createFakeClock());
  const read = async (): Promise<readonly string[]> =>
    (await registry.metrics())
      .split('\n')
      .filter(line => /^secrets_operator_(oldest_answer|overdue|sources)/.test(line));
  expect(await read()).toEqual(['secrets_operator_oldest_answer_seconds 0', 'secrets_operator_overdue_awssecrets 0']);
  let regions = new Map([['eu-west-1', 3]]);
  sync.observe(() => ({ oldestMs: 61_500, overdue: 2, regions }));
  expect(await read()).toEqual([
    'secrets_operator_oldest_answer_seconds 61.5',
    'secrets_operator_overdue_awssecrets 2',
    'secrets_operator_sources{region="eu-west-1"} 3',
  ]);
  regions = new Map([['eu-central-1', 3]]);
  expect(await read(), 'a region that answers for nothing any more is gone').toContain(
    'secrets_operator_sources{region="eu-central-1"} 3',
  );
  expect((await read()).join()).not.toContain('eu-west-1');
});

test('a change is counted, and its time where it is known', async () => {
  const { registry, sync } = createMetrics(createFakeClock());
  sync.changed(40_000);
  sync.changed(undefined);
  const text = await registry.metrics();
  expect(text).toContain('secrets_operator_secret_changes_total 2');
  expect(text).toContain('secrets_operator_change_seconds_count 1');
  expect(text).toContain('secrets_operator_change_seconds_bucket{le="45"} 1');
  expect(text).toContain('secrets_operator_change_seconds_bucket{le="30"} 0');
});

import { Counter, Gauge, type Registry } from 'prom-client';
import type { AwsMetrics } from '../aws/metrics.ts';
import { MONTH_DAYS } from '../aws/planner/month.ts';
import { callPriceOf, DECRYPTION_PRICE } from '../aws/planner/prices.ts';
import type { Clock } from '../controller/runtime/clock.ts';
import { createSlidingSum } from './sliding-sum.ts';

const MINUTE_MS = 60_000;
const MONTH_MS = MONTH_DAYS * 24 * 60 * MINUTE_MS;
/** A rate that is measured for less says nothing of a month: a first sync reads every value at once. */
const LEAST_MS = 5 * MINUTE_MS;

/** What is counted of AWS, by region, API and outcome. */
export function awsMetrics(registry: Registry, clock: Pick<Clock, 'monotonic'>): AwsMetrics {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Counter<L>({ name, help, labelNames, registers });
  const calls = counter(
    'secrets_operator_aws_calls_total',
    'Calls of AWS, by success or the reason of the failure.',
    'operation',
    'region',
    'outcome',
  );
  const throttles = counter(
    'secrets_operator_aws_throttles_total',
    'Calls that AWS refused for their rate.',
    'operation',
    'region',
  );
  const decryptions = counter(
    'secrets_operator_aws_decryptions_total',
    'Values that AWS decrypted, each of which KMS counts.',
    'region',
  );
  const hits = counter(
    'secrets_operator_aws_cache_hits_total',
    'Answers that needed no call of their own: fresh enough, or asked for by somebody else.',
    'region',
  );
  const denials = counter(
    'secrets_operator_aws_denied_total',
    'Cheaper calls that AWS does not allow, so that a dearer one is made.',
    'operation',
    'region',
  );
  const open = new Gauge({
    name: 'secrets_operator_aws_breaker_open',
    help: '1 while a region does not answer, and is only probed.',
    labelNames: ['service', 'region'],
    registers,
  });
  const lastHour = { clock, stepMs: MINUTE_MS, steps: 60 };
  const spent = { calls: createSlidingSum(lastHour), kms: createSlidingSum(lastHour) };
  new Gauge({
    name: 'secrets_operator_aws_month_cost_dollars',
    help: 'What the last hour would cost in US dollars, at list prices, if it went on for a month of 30 days: calls, and KMS for a key of your own (docs/cost.md).',
    labelNames: ['item'],
    registers,
    collect() {
      for (const item of ['calls', 'kms'] as const) {
        const { sum, overMs } = spent[item].read();
        this.set({ item }, (sum * MONTH_MS) / Math.max(LEAST_MS, overMs));
      }
    },
  });
  return {
    called(operation, region, outcome) {
      calls.inc({ operation, region, outcome });
      // Nobody pays for what was not answered.
      if (outcome !== 'Unavailable') spent.calls.add(callPriceOf(operation));
    },
    throttled: (operation, region) => throttles.inc({ operation, region }),
    decrypted(region, count) {
      decryptions.inc({ region }, count);
      spent.kms.add(count * DECRYPTION_PRICE);
    },
    shared: region => hits.inc({ region }),
    breaker: (service, region, state) => open.set({ service, region }, state === 'open' ? 1 : 0),
    denied: (operation, region) => denials.inc({ operation, region }),
  };
}

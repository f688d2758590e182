import { Counter, Gauge, type Registry } from 'prom-client';
import type { AwsMetrics } from '../aws/metrics.ts';
import { CALL_PRICE, DECRYPTION_PRICE } from '../aws/planner/prices.ts';

const MONTH_S = 30 * 24 * 3_600;
/** A rate that is measured for less says nothing of a month. */
const MIN_S = 60;

/** What is counted of AWS, by region, API and outcome. */
export function awsMetrics(registry: Registry): AwsMetrics {
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
  const spent = { calls: 0, kms: 0 };
  new Gauge({
    name: 'secrets_operator_aws_month_cost_dollars',
    help: 'What the calls since the start would cost in a month of 30 days, at list prices, if they went on: calls, and KMS for keys of your own.',
    labelNames: ['item'],
    registers,
    collect() {
      const months = MONTH_S / Math.max(MIN_S, process.uptime());
      this.set({ item: 'calls' }, spent.calls * months);
      this.set({ item: 'kms' }, spent.kms * months);
    },
  });
  return {
    called(operation, region, outcome) {
      calls.inc({ operation, region, outcome });
      if (!operation.startsWith('AssumeRole')) spent.calls += CALL_PRICE;
    },
    throttled: (operation, region) => throttles.inc({ operation, region }),
    decrypted(region, count) {
      decryptions.inc({ region }, count);
      spent.kms += count * DECRYPTION_PRICE;
    },
    shared: region => hits.inc({ region }),
    breaker: (service, region, state) => open.set({ service, region }, state === 'open' ? 1 : 0),
    denied: (operation, region) => denials.inc({ operation, region }),
  };
}

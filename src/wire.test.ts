import { expect, test } from 'vitest';
import { aLog, anAwsSecret } from '../test/support/builders.ts';
import { createFakeClock } from '../test/support/fake-clock.ts';
import { fakeTransport } from '../test/support/fake-transport.ts';
import { parseConfig } from './config.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { wire } from './wire.ts';

const rows = [
  { flags: [], waiting: [1, 1], controllers: 2, why: 'a change is for both controllers' },
  {
    flags: ['--rollout-enabled=false'],
    waiting: [1, 0],
    controllers: 1,
    why: 'without rollouts, no key waits for a controller that is not there',
  },
] as const;

for (const { flags, waiting, controllers, why } of rows) {
  test(why, () => {
    const parsed = parseConfig(['--regions=eu-west-1', ...flags], {});
    if (parsed.kind !== 'config') throw new Error(parsed.text);
    const { transport, calls } = fakeTransport();
    const clock = createFakeClock();
    const wired = wire({
      ...{ config: parsed.config, transport, metrics: createMetrics(clock), clock, log: aLog().log },
      ...{ userAgent: 'test', random: () => 0.5, env: {} },
    });
    wired.handlers.awsSecret('shop/payments', undefined, anAwsSecret(), false);
    expect(wired.queues.map(queue => queue.length)).toEqual(waiting);
    expect(wired.controllers({ id: 'k', key: Buffer.alloc(32) })).toHaveLength(controllers);
    expect(calls, 'nothing has been started').toEqual([]);
  });
}

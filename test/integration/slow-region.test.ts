import { describe, expect, it } from 'vitest';
import { hang } from '../support/fault-proxy/fault.ts';
import { until } from '../support/poll.ts';
import { useWorld } from './world.ts';

describe('an operator with one worker', () => {
  const world = useWorld(['--max-concurrent-reconciles=1']);

  it('waits for a region that is silent, and syncs from another one meanwhile', async () => {
    const [slow, fast] = [world.unique('slow'), world.unique('fast')];
    await world.aws['eu-west-1'].create(fast, '{"a":"1"}');
    const isOfSlow = (target: string): boolean => target === 'aws/eu-central-1';
    world.faults.inject(hang(), ({ target }) => isOfSlow(target));
    await world.applyAwsSecret('slow', { regions: ['eu-central-1'], dataFrom: [{ secretId: slow }] });
    await until('the silent region is asked', { timeoutMs: 20_000 }, async () =>
      world.faults.calls.some(({ target }) => isOfSlow(target)),
    );
    await world.applyAwsSecret('fast', { regions: ['eu-west-1'], dataFrom: [{ secretId: fast }] });
    await world.expectSecret('fast', { a: '1' });
    expect(
      world.lines.filter(line => line.includes('sync failed')),
      'nobody has given up yet',
    ).toEqual([]);
    await until('its deadline has passed', { timeoutMs: 30_000 }, async () =>
      world.lines.some(line => line.includes('sync failed')),
    );
  });
});

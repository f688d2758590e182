import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operator } from '../../src/start.ts';
import { until } from '../support/poll.ts';
import { expectReady, runOperator } from './operator.ts';
import { LONG_AGO, uses, workloadsOf } from './workloads.ts';
import { useWorld } from './world.ts';

const QUIET_MS = 3_000;

/** Nobody should do this; but who does it by mistake must not lose an API server over it. */
describe('two installations, each with its hash key, keep the same AwsSecrets', () => {
  const world = useWorld();
  const { deploy, run, live, expectRolled, refresh } = workloadsOf(world);
  const name = 'shared';
  let other: Operator;

  beforeAll(async () => {
    const operatorNamespace = `${world.namespace}-other`;
    await world.kube.create('/api/v1/namespaces', { metadata: { name: operatorNamespace } });
    const lines: string[] = [];
    const { kube, aws } = world.faults;
    other = await runOperator({ kube, aws, operatorNamespace, watchNamespaces: [world.namespace], flags: [], lines });
    await expectReady(other, lines);
  });
  afterAll(async () => {
    await other.stop();
  });

  it('come to rest after each change, and restart a workload once', async () => {
    const secretId = world.unique(name);
    const { 'eu-west-1': aws } = world.aws;
    await aws.create(secretId, '{"v":"1"}');
    await deploy('deployments', name, uses(name).env);
    await run(name, LONG_AGO);
    await world.applyAwsSecret(name, { refreshInterval: '0', dataFrom: [{ secretId }] });
    await world.expectSynced(name);
    for (const value of ['2', '3']) {
      await aws.put(secretId, JSON.stringify({ v: value }));
      await refresh(name, value);
      await world.expectSecret(name, { v: value });
      const written = () =>
        world.faults.calls.filter(
          call => call.isWrite && (call.resource === 'secrets' || call.verb === 'GetSecretValue'),
        );
      let last = { count: -1, at: 0 };
      await until('neither writes the Secret any more', { timeoutMs: 30_000 }, () => {
        const count = written().length;
        if (count !== last.count) last = { count, at: performance.now() };
        return performance.now() - last.at >= QUIET_MS;
      });
    }
    await expectRolled('deployments', name, name);
    expect((await live('deployments', name)).metadata.generation, 'two changes, two restarts').toBe(3);
  });
});

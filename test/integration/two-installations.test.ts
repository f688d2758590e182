import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Operator } from '../../src/start.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy/fault-proxy.ts';
import { until } from '../support/poll.ts';
import { expectReady, runOperator } from './operator.ts';
import { LONG_AGO, uses, workloadsOf } from './workloads.ts';
import { useWorld } from './world.ts';

const QUIET_MS = 3_000;
/** Each writes what it read, sees what the other has made of it, and puts its own hash there once: twice that is a quarrel. */
const MAX_CALLS = 8;

/** Nobody should do this; but who does it by mistake must not lose an API server over it. */
describe('two installations, each with its hash key, keep the same AwsSecrets', () => {
  const world = useWorld();
  const { deploy, run, live, expectRolled, refresh, expectServed } = workloadsOf(world);
  const name = 'shared';
  const secretId = () => world.unique(name);
  let other: Operator | undefined;
  /** What the other installation talks through, so that it is known who asked. */
  let others: FaultProxy;

  beforeAll(async () => {
    const operatorNamespace = `${world.namespace}-other`;
    await world.kube.create('/api/v1/namespaces', { metadata: { name: operatorNamespace } });
    const lines: string[] = [];
    others = await startFaultProxy({ kube: inject('kube'), aws: inject('moto') });
    const { kube, aws } = others;
    other = await runOperator({ kube, aws, operatorNamespace, watchNamespaces: [world.namespace], flags: [], lines });
    await expectReady(other, lines);
  });
  afterAll(async () => {
    await other?.stop();
    await others.stop();
  });

  const proxies = () => [world.faults, others];
  const readsOf = ({ calls }: FaultProxy) => calls.filter(({ ids }) => ids.includes(secretId())).length;
  const reads = () => proxies().map(readsOf);
  const writes = () =>
    proxies().flatMap(({ calls }) =>
      calls.filter(call => call.isWrite && call.resource === 'secrets' && call.name === name),
    ).length;
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  /** Waits until neither of them writes the Secret, or asks AWS for it, any more. */
  const expectRest = async (): Promise<void> => {
    let last = { count: -1, at: 0 };
    await until('both are at rest', { timeoutMs: 30_000 }, () => {
      const count = writes() + sum(reads());
      if (count !== last.count) last = { count, at: performance.now() };
      return performance.now() - last.at >= QUIET_MS;
    });
  };

  it('come to rest after each change, and restart a workload once', async () => {
    const { 'eu-west-1': aws } = world.aws;
    await aws.create(secretId(), '{"v":"1"}');
    await deploy('deployments', name, uses(name).env);
    await run(name, LONG_AGO);
    await world.applyAwsSecret(name, { refreshInterval: '0', dataFrom: [{ secretId: secretId() }] });
    await world.expectSynced(name);
    await expectRest();
    for (const value of ['2', '3']) {
      const before = { writes: writes(), reads: sum(reads()) };
      await aws.put(secretId(), JSON.stringify({ v: value }));
      await refresh(name, value);
      await world.expectSecret(name, { v: value });
      await expectRest();
      expect(writes() - before.writes, 'writes of both').toBeLessThanOrEqual(MAX_CALLS);
      expect(sum(reads()) - before.reads, 'reads of both').toBeLessThanOrEqual(MAX_CALLS);
    }
    await expectRolled('deployments', name, name);
    expect((await live('deployments', name)).metadata.generation, 'two changes, two restarts').toBe(3);
  });

  it('a refresh that finds nothing new has each of them look once, and changes nothing', async () => {
    const before = { reads: reads(), version: (await world.secret(name))?.metadata.resourceVersion };
    await refresh(name, 'nothing');
    await expectServed(name, 'nothing');
    await until('both have looked', { timeoutMs: 10_000 }, () =>
      reads().every((count, index) => count > (before.reads[index] ?? 0)),
    );
    await expectRest();
    expect(reads()).toEqual(before.reads.map(count => count + 1));
    expect((await world.secret(name))?.metadata.resourceVersion).toBe(before.version);
    expect((await live('deployments', name)).metadata.generation).toBe(3);
  });
});

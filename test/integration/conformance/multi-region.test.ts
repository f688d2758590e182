import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hang, throttled } from '../../support/fault-proxy/fault.ts';
import { until } from '../../support/poll.ts';
import { expectRegionsAnswer } from '../regions-answer.ts';
import { createAccount } from '../token-grant.ts';
import { uses, workloadsOf } from '../workloads.ts';
import { MULTI_REGION } from './multi-region.ts';
import { type Failure, PRIMARY, type RegionOutcome, SECONDARY } from './region-row.ts';
import type { Names } from './row.ts';
import { useStage } from './stage.ts';

const { world, namesOf, store, authOf, denyOthers, calls } = useStage();
const work = workloadsOf(world);
beforeAll(async () => {
  const { kube, namespace, user } = world;
  await createAccount(kube, { namespace, name: 'roleless' }, { user });
});

const heals: (() => void)[] = [];
const heal = async (): Promise<void> => {
  for (const end of heals.splice(0)) end();
  await expectRegionsAnswer(world);
};
afterEach(heal);

function fail({ region, service, by }: Failure): void {
  const { faults } = world;
  if (by === 'black hole') {
    heals.push(faults.blackhole(`aws/${region}`));
    faults.disconnect(`aws/${region}`);
    return;
  }
  const isThere = service === undefined ? () => true : (resource: string) => resource === service;
  heals.push(faults.inject(by, call => call.target === `aws/${region}` && isThere(call.resource)));
}

async function expectOutcome(name: string, names: Names, outcome: Exclude<RegionOutcome, { kind: 'rejected' }>) {
  const asked = () => new Set(calls(names).map(({ target }) => target));
  if (outcome.kind === 'failed') {
    const { status } = await world.expectCondition(name, 'Ready', outcome.ready, outcome.reason);
    const message = status?.conditions?.find(({ type }) => type === 'Ready')?.message;
    for (const words of outcome.says) expect(message).toContain(words);
    expect(await world.secret(name)).toBeUndefined();
    if (outcome.isFinal) expect(asked(), 'the secondary is not asked').not.toContain(`aws/${SECONDARY}`);
    return;
  }
  await world.expectSecret(name, outcome.data);
  const { status } = await world.expectSynced(name);
  for (const { kind = 'Secret', region, name: source } of status?.sources ?? []) {
    expect(region, source).toBe(kind.startsWith('Parameter') ? outcome.parameters : outcome.secrets);
  }
  if (![outcome.secrets, outcome.parameters].includes(SECONDARY))
    expect(asked(), 'the secondary is not asked').not.toContain(`aws/${SECONDARY}`);
}

describe('the tests of ASCP with two regions, and what they leave out', () => {
  it.each(MULTI_REGION.map((row, index) => ({ ...row, index })))('$case: $why', async ({ index, ...row }) => {
    const { stored = {}, only = {}, failures = [], spec, expects } = row;
    // All identities in one outage: after each, the regions are left alone for some seconds.
    const all = row.as.map(as => ({ as, name: `r-${index}-${as.toLowerCase()}` }));
    for (const { as, name } of all) {
      const names = namesOf(name);
      await store(names, stored);
      for (const region of [PRIMARY, SECONDARY] as const) await store(names, only[region] ?? {}, [region]);
      denyOthers(as, names);
    }
    for (const failure of failures) fail(failure);
    await Promise.all(
      all.map(async ({ as, name }) => {
        const names = namesOf(name);
        const applied = world.applyAwsSecret(name, { ...authOf(as), ...spec(names) });
        if (expects.kind === 'rejected') return await expect(applied).rejects.toThrow(expects.says);
        await applied;
        await expectOutcome(name, names, expects);
      }),
    );
  });
});

describe('after the first sync', () => {
  /** Synced from the primary, with a workload that has run since long ago. */
  const begin = async (name: string) => {
    const names = namesOf(name);
    const secretId = names.secret('one');
    await store(names, { secrets: { one: '{"v":"1"}' } });
    await work.deploy('deployments', name, uses(name).env);
    await world.applyAwsSecret(name, { refreshInterval: '10s', dataFrom: [{ secretId }] });
    await world.expectSecret(name, { v: '1' });
    await expectRegion(name, PRIMARY);
    return { names, secretId };
  };
  const expectRegion = (name: string, region: string) =>
    until(`${name} is read from ${region}`, { timeoutMs: 30_000 }, async () => {
      const { status } = await world.awsSecret(name);
      return status?.sources?.[0]?.region === region && status;
    });
  /** What must not change when nothing but the region does. */
  const lasting = async (name: string) => ({
    secret: (await world.secret(name))?.metadata.resourceVersion,
    told: await until('the status tells of the Secret', { timeoutMs: 5_000 }, async () => {
      const { target, lastChangeTime } = (await world.awsSecret(name)).status ?? {};
      return target?.resourceVersion === (await world.secret(name))?.metadata.resourceVersion && lastChangeTime;
    }),
    workload: (await work.live('deployments', name)).metadata.generation,
    restarts: (await world.events(name)).filter(({ reason }) => reason !== 'Unavailable').length,
  });

  it('a region that is lost, and comes back, writes no Secret and restarts nothing', async () => {
    const name = 'there-and-back';
    await begin(name);
    const before = await lasting(name);
    fail({ region: PRIMARY, by: hang() });
    await expectRegion(name, SECONDARY);
    expect(await lasting(name)).toEqual(before);
    await heal();
    await expectRegion(name, PRIMARY);
    expect(await lasting(name)).toEqual(before);
  });

  it('another order of regions in the spec writes no Secret and restarts nothing', async () => {
    const name = 'other-order';
    await begin(name);
    // The first apply after a POST changes whose the fields are.
    await work.refresh(name, 'apply');
    await work.expectServed(name, 'apply');
    const before = await lasting(name);
    await world.kube.patch(world.path('awssecrets', name), { spec: { regions: [SECONDARY, PRIMARY] } });
    await expectRegion(name, SECONDARY);
    await world.expectSynced(name);
    expect(await lasting(name)).toEqual(before);
  });

  const behind: readonly { readonly why: string; readonly by: Failure['by'] }[] = [
    { why: 'the primary is throttled', by: throttled() },
    { why: 'the primary does not answer', by: hang() },
  ];
  it.each(behind.map((row, i) => ({ ...row, name: `behind-${i}` })))(
    'a replica that is behind takes no Secret back: $why',
    async ({ name, by }) => {
      const { secretId } = await begin(name);
      await world.aws[PRIMARY].put(secretId, '{"v":"2"}');
      await world.expectSecret(name, { v: '2' });
      await world.expectSynced(name);
      const before = await lasting(name);
      fail({ region: PRIMARY, by });
      await until('the replica was asked and not believed', { timeoutMs: 30_000 }, () =>
        world.lines.some(line => line.includes('"ReplicaBehind"') && line.includes(name)),
      );
      expect(await lasting(name)).toEqual(before);
      await world.expectCondition(name, 'Ready', 'True', 'Synced');
    },
  );

  it('a replica that is ahead is believed: the primary was lost after a rotation', async () => {
    const name = 'ahead';
    const { secretId } = await begin(name);
    fail({ region: PRIMARY, by: hang() });
    await world.aws[SECONDARY].put(secretId, '{"v":"2"}');
    await world.expectSecret(name, { v: '2' });
    await expectRegion(name, SECONDARY);
  });
});

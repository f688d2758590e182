import { describe, expect, it } from 'vitest';
import type { Call } from '../support/fault-proxy/call.ts';
import { duplicate, kill, lateAnswer, loseAnswer } from '../support/fault-proxy/fault.ts';
import type { Fault } from '../support/fault-proxy/fault-types.ts';
import { until } from '../support/poll.ts';
import { LONG_AGO, uses, workloadsOf } from './workloads.ts';
import { useWorld } from './world.ts';

/** Longer than a watch takes to bring what was written: the event comes before the answer. */
const LATE_MS = 1_000;

describe('a change of content restarts its consumers once, whatever becomes of a write', () => {
  const world = useWorld();
  const { deploy, run, live, contentOf, expectRolled, expectStates, refresh, expectServed } = workloadsOf(world);
  const west = () => world.aws['eu-west-1'];
  const start = async (name: string, consumers: readonly string[]): Promise<void> => {
    await west().create(world.unique(name), '{"v":"1"}');
    for (const consumer of consumers) {
      await deploy('deployments', consumer, uses(name).env);
      await run(consumer, LONG_AGO);
    }
    await world.applyAwsSecret(name, { refreshInterval: '0', dataFrom: [{ secretId: world.unique(name) }] });
    await world.expectSynced(name);
  };
  const change = async (name: string): Promise<void> => {
    await west().put(world.unique(name), '{"v":"2"}');
    await refresh(name, '2');
  };
  const patchesOf =
    (name: string) =>
    ({ verb, resource, name: of }: Call): boolean =>
      verb === 'patch' && resource === 'deployments' && of === name;
  const historyOf = async (name: string): Promise<readonly unknown[]> => {
    const { annotations = {} } = (await world.secret(name))?.metadata ?? {};
    return JSON.parse(annotations['secrets-operator.io/history'] ?? '[]');
  };

  const rows: readonly { readonly why: string; readonly name: string; readonly fault: Fault }[] = [
    { why: 'done twice, and the first answer came', name: 'twice-1', fault: duplicate('first') },
    { why: 'done twice, and the second answer came', name: 'twice-2', fault: duplicate('second') },
    { why: 'answered after its event', name: 'late', fault: lateAnswer(LATE_MS) },
    { why: 'done, and its answer lost', name: 'lost', fault: loseAnswer() },
  ];
  it.each(rows)('the write was $why', async ({ name, fault }) => {
    const isMet = (call: Call): boolean => call.name === name && call.outcome?.fault === fault.kind;
    const meetNext = (resource: 'secrets' | 'deployments') =>
      world.faults.inject(fault, call => call.isWrite && call.resource === resource && call.name === name, 1);
    meetNext('secrets');
    await start(name, [name]);
    meetNext('secrets');
    meetNext('deployments');
    await change(name);
    await world.expectSecret(name, { v: '2' });
    await expectRolled('deployments', name, name);
    await expectStates(name, { [`Deployment/${name}`]: 'RollingOut RollingOut' });
    await refresh(name, 'more');
    await expectServed(name, 'more');
    await world.expectSynced(name);
    const met = world.faults.calls.filter(isMet).map(({ verb, resource }) => `${verb} ${resource}`);
    expect(met).toEqual(['create secrets', 'patch secrets', 'patch deployments']);
    expect(await historyOf(name), 'one change after the first content').toHaveLength(2);
    expect((await live('deployments', name)).metadata.generation, 'one restart').toBe(2);
  });

  it('the operator died after it wrote the Secret: its successor restarts who was not restarted, and no other', async () => {
    const consumers = ['died-before', 'died-after'];
    await start('died', consumers);
    let stopped: Promise<void> | undefined;
    const die = (): void => {
      stopped ??= world.stopOperator();
    };
    world.faults.inject(kill('before', die), patchesOf('died-before'), 1);
    world.faults.inject(kill('after', die), patchesOf('died-after'), 1);
    await change('died');
    await until('it dies', { timeoutMs: 20_000 }, () => stopped !== undefined);
    await stopped;
    const content = await contentOf('died');
    const generations = () =>
      Promise.all(consumers.map(async name => (await live('deployments', name)).metadata.generation));
    expect(await generations(), 'one was restarted when it died').toEqual([1, 2]);
    await world.restartOperator();
    for (const name of consumers) await expectRolled('deployments', name, 'died');
    await expectStates(
      'died',
      Object.fromEntries(consumers.map(name => [`Deployment/${name}`, 'RollingOut RollingOut'])),
    );
    expect(await generations()).toEqual([2, 2]);
    expect(await contentOf('died'), 'the Secret is as the first has written it').toBe(content);
    const reached = consumers.map(name =>
      world.faults.calls.filter(patchesOf(name)).flatMap(({ outcome }) => outcome?.upstream ?? []),
    );
    expect(reached, 'each was patched once').toEqual([[200], [200]]);
  });
});

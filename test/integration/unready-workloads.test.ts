import { describe, expect, it, onTestFinished } from 'vitest';
import type { Call } from '../support/fault-proxy/call.ts';
import { delay } from '../support/fault-proxy/fault.ts';
import { until } from '../support/poll.ts';
import { deployStray } from './strays.ts';
import { LONG_AGO, uses, workloadsOf } from './workloads.ts';
import { useWorld } from './world.ts';

const WAIT = { timeoutMs: 20_000 } as const;
/** What a budget forbids is asked for again after half a minute, then after a minute. */
const LONG = { timeoutMs: 90_000 } as const;
const COMPLETE = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };

describe('a restart that cannot happen now', () => {
  const world = useWorld();
  const { path, deploy, run, live, stamp, contentOf, expectRolled, expectStates, refresh, expectServed } =
    workloadsOf(world);
  const west = () => world.aws['eu-west-1'];
  const sync = async (name: string): Promise<void> => {
    await west().create(world.unique(name), '{"v":"1"}');
    await world.applyAwsSecret(name, { refreshInterval: '0', dataFrom: [{ secretId: world.unique(name) }] });
    await world.expectSynced(name);
  };
  const change = async (name: string, value: string): Promise<void> => {
    await west().put(world.unique(name), JSON.stringify({ v: value }));
    await refresh(name, value);
    await world.expectSecret(name, { v: value });
  };
  const expectMessage = (name: string, text: string) =>
    until(`the workload of ${name} says: ${text}`, WAIT, async () => {
      return (await world.awsSecret(name)).status?.rollout?.workloads?.[0]?.message?.includes(text);
    });
  const generation = async (name: string) => (await live('deployments', name)).metadata.generation;

  it('of a Deployment that is paused is written once, told, and follows when it is resumed', async () => {
    await sync('paused');
    await deploy('deployments', 'paused', { ...uses('paused').env, spec: { paused: true } });
    await run('paused', LONG_AGO);
    await change('paused', '2');
    await expectRolled('deployments', 'paused', 'paused');
    await expectMessage('paused', 'it is paused; the restart follows when it resumes');
    await expectStates('paused', { 'Deployment/paused': 'Pending RollingOut' });
    await world.expectCondition('paused', 'RolledOut', 'False', 'RollingOut');
    await world.restartOperator();
    await refresh('paused', 'after');
    await expectServed('paused', 'after');
    expect(await generation('paused')).toBe(2);

    await world.kube.patch(path('deployments', 'paused'), { spec: { paused: false } });
    const observedGeneration = await generation('paused');
    await world.kube.patch(`${path('deployments', 'paused')}/status`, { status: { observedGeneration, ...COMPLETE } });
    await expectStates('paused', { 'Deployment/paused': 'UpToDate UpToDate' });
    await world.expectCondition('paused', 'RolledOut', 'True', 'UpToDate');
    expect(await generation('paused'), 'its template is as it was').toBe(3);
  });

  it('of a workload that was deleted meanwhile does not bring it back, nor restarts its successor', async () => {
    await sync('missing');
    await deploy('deployments', 'missing', uses('missing').env);
    const pod = await run('missing', LONG_AGO);
    const opened = Promise.withResolvers<void>();
    const isPatch = ({ verb, resource, name }: Call) =>
      verb === 'patch' && resource === 'deployments' && name === 'missing';
    onTestFinished(world.faults.inject(delay(opened.promise), isPatch, 1));
    await change('missing', '2');
    await until('its restart is under way', WAIT, () => world.faults.calls.some(isPatch));
    await world.kube.remove(path('deployments', 'missing'));
    await world.kube.remove(`${path('pods', pod)}?gracePeriodSeconds=0`);
    opened.resolve();
    await expectStates('missing', {});
    await world.expectCondition('missing', 'RolledOut', 'True', 'UpToDate');
    expect(await world.kube.get(path('deployments', 'missing'))).toBeUndefined();

    await deploy('deployments', 'missing', uses('missing').env);
    await run('missing', new Date(Date.now() + 3_600_000).toISOString());
    await expectStates('missing', { 'Deployment/missing': 'UpToDate UpToDate' });
    expect(await generation('missing')).toBe(1);
    expect(await stamp('deployments', 'missing', 'missing')).toBeUndefined();
    expect((await world.events('missing')).map(({ reason }) => reason)).toEqual(['SecretUpdated']);
  });

  it('because a PodDisruptionBudget is at its minimum waits for it, also over a restart of the operator', async () => {
    await sync('budget');
    await change('budget', '2');
    await change('budget', '1');
    const budgets = `/apis/policy/v1/namespaces/${world.namespace}/poddisruptionbudgets`;
    await world.kube.create(budgets, {
      metadata: { name: 'budget' },
      spec: { minAvailable: 2, selector: { matchLabels: { app: 'budget' } } },
    });
    const allow = (disruptionsAllowed: number) =>
      world.kube.patch(`${budgets}/budget/status`, {
        status: { observedGeneration: 1, disruptionsAllowed, currentHealthy: 2, desiredHealthy: 2, expectedPods: 2 },
      });
    await allow(0);
    const { stray, good, isLeaving } = await deployStray(world, 'budget');
    const evictions = () => world.faults.calls.filter(call => call.resource === 'pods/eviction' && call.name === stray);
    await until('its budget has refused', WAIT, () => evictions().some(call => call.outcome?.status === 429));
    await expectStates('budget', { 'Deployment/budget': 'RollingOut RollingOut' });
    await expectMessage(
      'budget',
      `pod ${stray} is to be replaced, but its PodDisruptionBudget allows no disruption now`,
    );
    expect(evictions(), 'nobody is pressed').toHaveLength(1);
    expect(await isLeaving(stray)).toBe(false);

    await world.restartOperator();
    await until('it is tried again', LONG, () => evictions().length === 2);
    await allow(1);
    await until('the pod is evicted', LONG, () => isLeaving(stray));
    expect(await isLeaving(good)).toBe(false);
    expect(await contentOf('budget')).toBe(await stamp('deployments', 'budget', 'budget'));
    expect(await generation('budget')).toBe(1);
  }, 150_000);
});

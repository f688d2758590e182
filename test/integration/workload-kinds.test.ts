import { describe, expect, it, onTestFinished } from 'vitest';
import { findToolFile } from '../support/binaries.ts';
import { installDefinition } from '../support/definitions.ts';
import { until } from '../support/poll.ts';
import { deployStray } from './strays.ts';
import { LONG_AGO, type RestartedKind, uses, workloadsOf } from './workloads.ts';
import { useWorld } from './world.ts';

describe('every kind of workload', () => {
  const world = useWorld();
  const { path, collection, deploy, run, live, stamp, expectRolled, expectStates, refresh, expectServed } =
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

  const restarted: readonly { kind: RestartedKind; says: string }[] = [
    { kind: 'statefulsets', says: 'StatefulSet' },
    { kind: 'daemonsets', says: 'DaemonSet' },
  ];
  it.each(restarted)('$kind are restarted once', async ({ kind, says }) => {
    await sync(kind);
    const { metadata } = await deploy(kind, kind, uses(kind).env);
    await run(kind, LONG_AGO, { kind: says, uid: metadata.uid });
    await change(kind, '2');
    await expectRolled(kind, kind, kind);
    expect((await live(kind, kind)).metadata.generation).toBe(2);
    await world.expectCondition(kind, 'RolledOut', 'False', 'RollingOut');
  });

  it('a Rollout of Argo is restarted where its definition is; without it nothing is missing', async () => {
    const definition = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/rollouts.argoproj.io';
    const expectAtWork = async (name: string): Promise<void> => {
      expect(await world.kube.get(definition)).toBeUndefined();
      expect((await fetch(`http://${world.operator.address}/readyz`)).status).toBe(200);
      await sync(name);
      await deploy('deployments', name, uses(name).env);
      await run(name, LONG_AGO);
      await change(name, '2');
      await expectRolled('deployments', name, name);
      await expectStates(name, { [`Deployment/${name}`]: 'RollingOut RollingOut' });
    };
    await expectAtWork('before-argo');

    await world.stopOperator();
    await installDefinition(world.kube, await findToolFile('argo-rollouts', 'rollout-crd.yaml'));
    onTestFinished(async () => {
      if ((await world.kube.get(definition)) !== undefined) await world.kube.remove(definition);
    });
    await until('its objects are served', { timeoutMs: 20_000 }, () =>
      world.kube.get(collection('rollouts')).catch(() => undefined),
    );
    await world.restartOperator();
    await sync('argo');
    await deploy('rollouts', 'argo', { ...uses('argo').env, spec: { strategy: { canary: {} } } });
    await run('argo', LONG_AGO, { kind: 'ReplicaSet', uid: 'of-argo' });
    await change('argo', '2');
    await expectRolled('rollouts', 'argo', 'argo');
    await expectStates('argo', { 'Rollout/argo': 'RollingOut RollingOut' });

    await world.kube.remove(definition);
    await expectStates('argo', {});
    await until('the definition is gone', { timeoutMs: 20_000 }, async () => {
      return (await world.kube.get(definition)) === undefined;
    });
    await expectAtWork('after-argo');
  });

  it('pods of another controller with the same labels do not count', async () => {
    await sync('overlap');
    await deploy('statefulsets', 'overlap', uses('overlap').env);
    await run('overlap', LONG_AGO, { kind: 'Job', uid: 'somebody-else' });
    await change('overlap', '2');
    await expectStates('overlap', { 'StatefulSet/overlap': 'UpToDate UpToDate' });
    expect(await stamp('statefulsets', 'overlap', 'overlap')).toBeUndefined();
  });

  it('who replaces pods by hand is told which, and nothing is patched', async () => {
    await sync('by-hand');
    const { metadata } = await deploy('daemonsets', 'by-hand', {
      ...uses('by-hand').env,
      spec: { updateStrategy: { type: 'OnDelete' } },
    });
    const pod = await run('by-hand', LONG_AGO, { kind: 'DaemonSet', uid: metadata.uid });
    await change('by-hand', '2');
    await expectStates('by-hand', { 'DaemonSet/by-hand': 'Pending OnDelete' });
    await world.kube.remove(`${path('pods', pod)}?gracePeriodSeconds=0`);
    // Its controller, which does not run here, would count the pod in its status.
    await world.kube.patch(`${path('daemonsets', 'by-hand')}/status`, { status: { observedGeneration: 1 } });
    await expectStates('by-hand', { 'DaemonSet/by-hand': 'UpToDate UpToDate' });
    expect((await live('daemonsets', 'by-hand')).metadata.generation).toBe(1);
  });

  it('CronJobs and Jobs take the new content at their next run', async () => {
    await sync('runs');
    const { container } = uses('runs').env;
    const spec = { containers: [{ name: 'app', image: 'app', ...container }], restartPolicy: 'Never' };
    const job = { template: { spec } };
    await world.kube.create(collection('cronjobs'), {
      metadata: { name: 'nightly' },
      spec: { schedule: '0 0 * * *', jobTemplate: { spec: job } },
    });
    await world.kube.create(collection('jobs'), { metadata: { name: 'once' }, spec: job });
    await change('runs', '2');
    await expectStates('runs', { 'CronJob/nightly': 'Exempt NextRun', 'Job/once': 'Exempt NextRun' });
    await world.expectCondition('runs', 'RolledOut', 'True', 'UpToDate');
  });

  it('a pod that started under content which came and went is evicted, and no other', async () => {
    await sync('back');
    await change('back', '2');
    await change('back', '1');
    const { stray, good, isLeaving } = await deployStray(world, 'back');
    await until('the stray pod is evicted', { timeoutMs: 30_000 }, () => isLeaving(stray));
    await refresh('back', 'again');
    await expectServed('back', 'again');
    expect(await isLeaving(good)).toBe(false);
    expect((await live('deployments', 'back')).metadata.generation, 'its template is as it was').toBe(1);
  });
});

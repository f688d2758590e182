import { describe, expect, it } from 'vitest';
import { LONG_AGO, uses, workloadsOf } from './workloads.ts';
import { useWorld } from './world.ts';

describe('a change of content restarts its consumers', () => {
  const world = useWorld();
  const { deploy, run, live, stamp, expectRolled, expectStates, refresh, expectServed } = workloadsOf(world);
  const west = () => world.aws['eu-west-1'];

  it('once for each change, whatever way it is used, and never at the first content', async () => {
    const secretId = world.unique('all');
    await west().create(secretId, '{"v":"1"}');
    const all = Object.entries(uses('all'));
    for (const [name, use] of all) {
      await deploy('deployments', name, use);
      await run(name, LONG_AGO);
    }
    await deploy('deployments', 'bystander');
    await run('bystander', LONG_AGO);
    await world.applyAwsSecret('all', { refreshInterval: '0', dataFrom: [{ secretId }] });
    await world.expectSynced('all');
    await world.expectCondition('all', 'RolledOut', 'True', 'UpToDate');
    for (const [name] of all) expect(await stamp('deployments', name, 'all'), name).toBeUndefined();

    await west().put(secretId, '{"v":"2"}');
    await refresh('all', '2');
    await world.expectSecret('all', { v: '2' });
    for (const [name] of all) await expectRolled('deployments', name, 'all');
    const generations = await Promise.all(
      all.map(async ([name]) => (await live('deployments', name)).metadata.generation),
    );
    expect(generations, 'one patch each').toEqual(all.map(() => 2));
    expect(await stamp('deployments', 'bystander', 'all')).toBeUndefined();
    await expectStates('all', Object.fromEntries(all.map(([name]) => [`Deployment/${name}`, 'RollingOut RollingOut'])));
    await world.expectCondition('all', 'RolledOut', 'False', 'RollingOut');

    await world.restartOperator();
    await refresh('all', '3');
    await expectServed('all', '3');
    for (const [name] of all) expect((await live('deployments', name)).metadata.generation, name).toBe(2);
  });

  it('a change that happened while we were down is made up for', async () => {
    const secretId = world.unique('down');
    await west().create(secretId, '{"v":"1"}');
    await deploy('deployments', 'down', uses('down').env);
    await run('down', LONG_AGO);
    await world.applyAwsSecret('down', { refreshInterval: '10s', dataFrom: [{ secretId }] });
    await world.expectSynced('down');
    await world.stopOperator();
    await west().put(secretId, '{"v":"2"}');
    await world.restartOperator();
    await world.expectSecret('down', { v: '2' });
    await expectRolled('deployments', 'down', 'down');
  });

  it('spares fresh pods, those that opted out or are owned, and with Static those that see a change by themselves', async () => {
    const secretId = world.unique('spared');
    await west().create(secretId, '{"v":"1"}');
    const { env, volume, projected, init, 'sub-path': subPath } = uses('spared');
    await deploy('deployments', 'fresh', env);
    await run('fresh', new Date(Date.now() + 3_600_000).toISOString());
    await deploy('deployments', 'ignored', { ...env, annotations: { 'secrets-operator.io/restart': 'ignore' } });
    const owner = { apiVersion: 'example.com/v1', kind: 'App', name: 'owner', uid: 'nobody', controller: true };
    await deploy('deployments', 'owned', { ...env, ownerReferences: [owner] });
    const mounted = { mounted: volume, 'mounted-with-others': projected };
    const due = { due: env, started: init, 'mounted-once': subPath };
    for (const [name, use] of Object.entries({ ...mounted, ...due })) await deploy('deployments', name, use);
    for (const name of ['ignored', 'owned', ...Object.keys({ ...mounted, ...due })]) await run(name, LONG_AGO);
    const rollout = { restart: 'Static' };
    await world.applyAwsSecret('spared', { refreshInterval: '0', dataFrom: [{ secretId }], rollout });
    await world.expectSynced('spared');
    await west().put(secretId, '{"v":"2"}');
    await refresh('spared', '2');
    for (const name of Object.keys(due)) await expectRolled('deployments', name, 'spared');
    await expectStates('spared', {
      'Deployment/due': 'RollingOut RollingOut',
      'Deployment/started': 'RollingOut RollingOut',
      'Deployment/mounted-once': 'RollingOut RollingOut',
      'Deployment/fresh': 'UpToDate UpToDate',
      'Deployment/ignored': 'Exempt OptedOut',
      'Deployment/mounted': 'Exempt OptedOut',
      'Deployment/mounted-with-others': 'Exempt OptedOut',
      'Deployment/owned': 'Exempt OwnedByController',
    });
    for (const name of ['fresh', 'ignored', 'owned', ...Object.keys(mounted)]) {
      expect(await stamp('deployments', name, 'spared'), name).toBeUndefined();
    }
  });

  it('nobody with None, until the AwsSecret says otherwise', async () => {
    const secretId = world.unique('none');
    await west().create(secretId, '{"v":"1"}');
    const all = Object.entries(uses('none')).map(([how, use]) => [`none-${how}`, use] as const);
    for (const [name, use] of all) {
      await deploy('deployments', name, use);
      await run(name, LONG_AGO);
    }
    await world.applyAwsSecret('none', {
      refreshInterval: '0',
      dataFrom: [{ secretId }],
      rollout: { restart: 'None' },
    });
    await world.expectSynced('none');
    await west().put(secretId, '{"v":"2"}');
    await refresh('none', '2');
    await world.expectSecret('none', { v: '2' });
    await expectServed('none', '2');
    await expectStates('none', Object.fromEntries(all.map(([name]) => [`Deployment/${name}`, 'Exempt OptedOut'])));
    await world.expectCondition('none', 'RolledOut', 'True', 'UpToDate');
    await world.kube.patch(world.path('awssecrets', 'none'), { spec: { rollout: { restart: 'All' } } });
    for (const [name] of all) await expectRolled('deployments', name, 'none');
    const generations = all.map(async ([name]) => (await live('deployments', name)).metadata.generation);
    expect(await Promise.all(generations), 'one patch each').toEqual(all.map(() => 2));
  });

  it('who takes another Secret, or is deleted, is listed no more', async () => {
    for (const name of ['here', 'there']) {
      await west().create(world.unique(name), '{"v":"1"}');
      await world.applyAwsSecret(name, { refreshInterval: '0', dataFrom: [{ secretId: world.unique(name) }] });
      await world.expectSynced(name);
    }
    for (const name of ['stays', 'moves', 'goes']) await deploy('deployments', name, uses('here').env);
    const listed = (...names: readonly string[]) =>
      Object.fromEntries(names.map(name => [`Deployment/${name}`, 'UpToDate UpToDate']));
    await expectStates('here', listed('goes', 'moves', 'stays'));
    await world.kube.patch(world.path('deployments', 'moves'), {
      spec: { template: { spec: { containers: [{ name: 'app', image: 'app', ...uses('there').env.container }] } } },
    });
    await expectStates('here', listed('goes', 'stays'));
    await expectStates('there', listed('moves'));
    await world.kube.remove(world.path('deployments', 'goes'));
    await expectStates('here', listed('stays'));
    await world.kube.patch(world.path('deployments', 'stays'), {
      spec: { template: { spec: { containers: [{ name: 'app', image: 'app', env: null }] } } },
    });
    await expectStates('here', {});
    await expectStates('there', listed('moves'));
  });

  it('one restart for two Secrets that change together', async () => {
    const names = ['first', 'second'] as const;
    const container = { envFrom: names.map(name => ({ secretRef: { name } })) };
    for (const name of names) {
      await west().create(world.unique(name), '{"v":"1"}');
      await world.applyAwsSecret(name, { refreshInterval: '0', dataFrom: [{ secretId: world.unique(name) }] });
      await world.expectSynced(name);
    }
    await deploy('deployments', 'both', { container });
    await run('both', LONG_AGO);
    for (const name of names) await west().put(world.unique(name), '{"v":"2"}');
    for (const name of names) await refresh(name, '2');
    for (const name of names) await expectRolled('deployments', 'both', name);
    for (const name of names) await expectStates(name, { 'Deployment/both': 'RollingOut RollingOut' });
    expect((await live('deployments', 'both')).metadata.generation, 'one patch for both').toBe(2);
  });

  it('what takes its restart back is not fought: it says RestartReverted and stops, until the content changes', async () => {
    const secretId = world.unique('fight');
    await west().create(secretId, '{"v":"1"}');
    await world.applyAwsSecret('fight', { refreshInterval: '0', dataFrom: [{ secretId }] });
    await world.expectSynced('fight');
    await deploy('deployments', 'fight', uses('fight').env);
    await run('fight', LONG_AGO);
    const strip = () => {
      const annotations = { 'restart.secrets-operator.io/fight': null };
      const template = { metadata: { annotations } };
      return world.kube.patch(world.path('deployments', 'fight'), { spec: { template } });
    };
    await west().put(secretId, '{"v":"2"}');
    await refresh('fight', '2');
    for (const _ of [1, 2]) {
      await expectRolled('deployments', 'fight', 'fight');
      await strip();
    }
    await world.expectCondition('fight', 'RolledOut', 'False', 'RestartReverted');
    await expectStates('fight', { 'Deployment/fight': 'Failed RestartReverted' });
    expect(await stamp('deployments', 'fight', 'fight')).toBeUndefined();

    await west().put(secretId, '{"v":"3"}');
    await refresh('fight', '3');
    await expectRolled('deployments', 'fight', 'fight');
  });
});

import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import { useWorld } from './world.ts';

interface LiveDeployment extends KubeObject {
  readonly spec: {
    readonly template: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } };
  };
}

const LONG_AGO = '2026-01-01T00:00:00Z';

describe('a change of content restarts its consumers', () => {
  const world = useWorld();
  const west = () => world.aws['eu-west-1'];
  const refresh = (name: string, value: string) =>
    world.kube.patch(world.path('awssecrets', name), {
      metadata: { annotations: { 'secrets-operator.io/refresh-requested': value } },
    });
  const collection = (kind: 'deployments' | 'pods') => world.path(kind, '').slice(0, -1);

  const deploy = (name: string, container: object, extra: { volumes?: object[]; annotations?: object } = {}) =>
    world.kube.create<LiveDeployment>(collection('deployments'), {
      metadata: { name, annotations: extra.annotations ?? {} },
      spec: {
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: { containers: [{ name: 'app', image: 'app', ...container }], volumes: extra.volumes ?? [] },
        },
      },
    });
  /** A pod as its kubelet would report it: no node runs in this suite. */
  const run = async (name: string, startedAt: string): Promise<void> => {
    await world.kube.create(collection('pods'), {
      metadata: { name: `${name}-pod`, labels: { app: name } },
      spec: { containers: [{ name: 'app', image: 'app' }] },
    });
    await world.kube.patch(`${world.path('pods', `${name}-pod`)}/status`, {
      status: {
        phase: 'Running',
        containerStatuses: [
          { name: 'app', image: 'app', imageID: '', ready: true, restartCount: 0, state: { running: { startedAt } } },
        ],
      },
    });
  };
  const stamp = async (name: string, secret: string): Promise<string | undefined> => {
    const live = await world.kube.get<LiveDeployment>(world.path('deployments', name));
    return live?.spec.template.metadata.annotations?.[`restart.secrets-operator.io/${secret}`];
  };
  const content = async (secret: string) =>
    (await world.secret(secret))?.metadata.annotations?.['secrets-operator.io/content'];
  const expectRolled = (name: string, secret: string) =>
    until(`Deployment ${name} is stamped`, { timeoutMs: 20_000 }, async () => {
      const wanted = await content(secret);
      return wanted !== undefined && (await stamp(name, secret)) === wanted && wanted;
    });

  const uses = (
    secret: string,
  ): Record<'env' | 'env-from' | 'volume' | 'sub-path', { container: object; volumes?: object[] }> => ({
    env: { container: { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: secret, key: 'v' } } }] } },
    'env-from': { container: { envFrom: [{ secretRef: { name: secret } }] } },
    volume: {
      container: { volumeMounts: [{ name: 's', mountPath: '/s' }] },
      volumes: [{ name: 's', secret: { secretName: secret } }],
    },
    'sub-path': {
      container: { volumeMounts: [{ name: 's', mountPath: '/s/v', subPath: 'v' }] },
      volumes: [{ name: 's', secret: { secretName: secret } }],
    },
  });

  it('once for each change, whatever way it is used, and never at the first content', async () => {
    const secretId = world.unique('all');
    await west().create(secretId, '{"v":"1"}');
    const all = Object.entries(uses('all'));
    for (const [name, use] of all) {
      await deploy(name, use.container, use);
      await run(name, LONG_AGO);
    }
    await deploy('bystander', {});
    await run('bystander', LONG_AGO);
    await world.applyAwsSecret('all', { refreshInterval: '0', dataFrom: [{ secretId }] });
    await world.expectSynced('all');
    await world.expectCondition('all', 'RolledOut', 'True', 'UpToDate');
    for (const [name] of all) expect(await stamp(name, 'all'), name).toBeUndefined();

    await west().put(secretId, '{"v":"2"}');
    await refresh('all', '2');
    await world.expectSecret('all', { v: '2' });
    for (const [name] of all) await expectRolled(name, 'all');
    const generations = await Promise.all(
      all.map(async ([name]) => (await world.kube.get(world.path('deployments', name)))?.metadata.generation),
    );
    expect(generations, 'one patch each').toEqual(all.map(() => 2));
    expect(await stamp('bystander', 'all')).toBeUndefined();
    await until('all are listed as being rolled', { timeoutMs: 10_000 }, async () => {
      const { status } = await world.awsSecret('all');
      return status?.rollout?.workloadCount === 4 && status.rollout.workloads?.every(w => w.state === 'RollingOut');
    });
    await world.expectCondition('all', 'RolledOut', 'False', 'RollingOut');

    await world.restartOperator();
    await refresh('all', '3');
    await until('the request is served', { timeoutMs: 20_000 }, async () => {
      return (await world.awsSecret('all')).status?.lastHandledRefreshRequest === '3';
    });
    for (const [name] of all) {
      expect((await world.kube.get(world.path('deployments', name)))?.metadata.generation, name).toBe(2);
    }
  });

  it('a change that happened while we were down is made up for', async () => {
    const secretId = world.unique('down');
    await west().create(secretId, '{"v":"1"}');
    await deploy('down', uses('down').env.container);
    await run('down', LONG_AGO);
    await world.applyAwsSecret('down', { refreshInterval: '10s', dataFrom: [{ secretId }] });
    await world.expectSynced('down');
    await world.stopOperator();
    await west().put(secretId, '{"v":"2"}');
    await world.restartOperator();
    await world.expectSecret('down', { v: '2' });
    await expectRolled('down', 'down');
  });

  it('spares fresh pods, those that opted out, and with Static those that see a change by themselves', async () => {
    const secretId = world.unique('spared');
    await west().create(secretId, '{"v":"1"}');
    const { env, volume } = uses('spared');
    await deploy('fresh', env.container);
    await run('fresh', new Date(Date.now() + 3_600_000).toISOString());
    await deploy('ignored', env.container, { annotations: { 'secrets-operator.io/restart': 'ignore' } });
    await run('ignored', LONG_AGO);
    await deploy('mounted', volume.container, volume);
    await run('mounted', LONG_AGO);
    await deploy('due', env.container);
    await run('due', LONG_AGO);
    await world.applyAwsSecret('spared', {
      refreshInterval: '0',
      dataFrom: [{ secretId }],
      rollout: { restart: 'Static' },
    });
    await world.expectSynced('spared');
    await west().put(secretId, '{"v":"2"}');
    await refresh('spared', '2');
    await expectRolled('due', 'spared');
    const states = { due: 'RollingOut', fresh: 'UpToDate', ignored: 'Exempt', mounted: 'Exempt' };
    await until('each is listed with its state', { timeoutMs: 10_000 }, async () => {
      const workloads = (await world.awsSecret('spared')).status?.rollout?.workloads ?? [];
      return isDeepStrictEqual(Object.fromEntries(workloads.map(({ name, state }) => [name, state])), states);
    });
    for (const name of ['fresh', 'ignored', 'mounted']) expect(await stamp(name, 'spared'), name).toBeUndefined();
  });
});

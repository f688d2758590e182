import { describe, expect, it } from 'vitest';
import type { Call } from '../support/fault-proxy/call.ts';
import type { KubeObject } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import { uses, workloadsOf } from './workloads.ts';
import { useWorld } from './world.ts';

const WAIT = { timeoutMs: 30_000 } as const;
const FIRST_PAUSE_MS = 490;

describe('a namespace that may hold no more', () => {
  const world = useWorld();
  const { refresh } = workloadsOf(world);
  const west = () => world.aws['eu-west-1'];
  const quotas = `/api/v1/namespaces/${world.namespace}/resourcequotas`;
  const secrets = world.path('secrets', '').slice(0, -1);
  /** The controller that counts does not run here: admission counts on from what the status tells. */
  const limit = async (name: string, hard: object, used: object): Promise<void> => {
    if ((await world.kube.get(`${quotas}/${name}`)) === undefined) {
      await world.kube.create(quotas, { metadata: { name }, spec: { hard } });
    } else await world.kube.patch(`${quotas}/${name}`, { spec: { hard } });
    await world.kube.patch(`${quotas}/${name}/status`, { status: { hard, used } });
  };
  const isRefused = () =>
    world.kube.create(`${secrets}?dryRun=All`, { metadata: { name: 'probe' } }).then(
      () => false,
      error => String(error).includes('exceeded quota'),
    );
  const apply = async (name: string, value: string): Promise<void> => {
    await west().create(world.unique(name), JSON.stringify({ v: value }));
    await world.applyAwsSecret(name, { refreshInterval: '10s', dataFrom: [{ secretId: world.unique(name) }] });
  };
  const creates = (name: string): readonly Call[] =>
    world.faults.calls.filter(call => call.verb === 'create' && call.resource === 'secrets' && call.name === name);
  const messageOf = async (name: string) => {
    const { status } = await world.expectCondition(name, 'Ready', 'False', 'WriteRefused');
    return status?.conditions?.find(({ type }) => type === 'Ready')?.message;
  };

  it('a ResourceQuota that is exhausted is named; what is there stays in step; it goes on when the quota grows', async () => {
    await apply('before', 'old');
    await world.expectSynced('before');
    await limit('team-a', { 'count/secrets': '1' }, { 'count/secrets': '1' });
    await until('the quota counts', WAIT, isRefused);

    await apply('beyond', 'first');
    expect(await messageOf('beyond')).toBe(
      `could not create secrets in namespace ${world.namespace}: ResourceQuota "team-a" does not allow it`,
    );
    expect(await world.secret('beyond')).toBeUndefined();
    await west().put(world.unique('before'), '{"v":"new"}');
    await refresh('before', 'new');
    await world.expectSecret('before', { v: 'new' });
    await world.expectSynced('before');

    await until('it was tried four times', WAIT, () => creates('beyond').length >= 4);
    const times = creates('beyond').map(({ atMs }) => atMs);
    const pauses = times.slice(1, 4).map((at, index) => at - (times[index] ?? 0));
    for (const [index, pause] of pauses.entries()) expect(pause).toBeGreaterThan(FIRST_PAUSE_MS * 2 ** index);
    expect(
      (await world.events('beyond')).map(({ reason }) => reason),
      'told once',
    ).toEqual(['WriteRefused']);

    await limit('team-a', { 'count/secrets': '3' }, { 'count/secrets': '1' });
    await world.expectSecret('beyond', { v: 'first' });
    await world.expectSynced('beyond');
    expect((await world.events('beyond')).map(({ reason }) => reason)).toEqual(['WriteRefused', 'Synced']);
    const quota = await world.kube.get<KubeObject & { status: { used: object } }>(`${quotas}/team-a`);
    expect(quota?.status.used, 'a Secret counts once, however often its create was tried').toEqual({
      'count/secrets': '2',
    });
  });

  it('a LimitRange limits pods, containers and volume claims: Secrets and restarts are as without it', async () => {
    await world.kube.create(`/api/v1/namespaces/${world.namespace}/limitranges`, {
      metadata: { name: 'small' },
      spec: {
        limits: [
          { type: 'Container', max: { memory: '1Mi' }, default: { memory: '1Mi' } },
          { type: 'Pod', max: { memory: '1Mi' } },
          { type: 'PersistentVolumeClaim', max: { storage: '1Mi' } },
        ],
      },
    });
    const { deploy, run, expectRolled } = workloadsOf(world);
    await limit('team-a', { 'count/secrets': '9' }, { 'count/secrets': '2' });
    await apply('ranged', '1');
    await world.expectSynced('ranged');
    await deploy('deployments', 'ranged', uses('ranged').env);
    await run('ranged', '2026-01-01T00:00:00Z');
    await west().put(world.unique('ranged'), '{"v":"2"}');
    await refresh('ranged', '2');
    await world.expectSecret('ranged', { v: '2' });
    await expectRolled('deployments', 'ranged', 'ranged');
  });
});

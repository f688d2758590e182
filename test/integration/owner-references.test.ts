import { describe, expect, it } from 'vitest';
import { until } from '../support/poll.ts';
import { LONG_AGO, uses, workloadsOf } from './workloads.ts';
import { useWorld } from './world.ts';

const WAIT = { timeoutMs: 20_000 } as const;
const RIVALS = 5;

interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

describe('owner references that somebody wrote by hand', () => {
  const world = useWorld();
  const { deploy, run, live } = workloadsOf(world);
  const writes = (name: string) =>
    world.faults.calls.filter(call => call.resource === 'secrets' && call.isWrite && call.name === name);
  const stranger: Owner = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: 'boss',
    uid: 'b0550000-0000-4000-8000-000000000000',
  };
  const dead: Owner = {
    ...{ apiVersion: 'secrets-operator.io/v1alpha1', kind: 'AwsSecret', name: 'dead' },
    uid: 'dead0000-0000-4000-8000-000000000000',
  };
  const start = async (name: string): Promise<Owner> => {
    await world.aws['eu-west-1'].create(world.unique(name), '{"v":"1"}');
    await deploy('deployments', name, uses(name).env);
    await run(name, LONG_AGO);
    await world.applyAwsSecret(name, { refreshInterval: '0', dataFrom: [{ secretId: world.unique(name) }] });
    const { metadata } = await world.expectSynced(name);
    const us = { apiVersion: 'secrets-operator.io/v1alpha1', kind: 'AwsSecret', name, uid: metadata.uid };
    return { ...us, controller: true, blockOwnerDeletion: false };
  };
  const owners = async (name: string) => (await world.secret(name))?.metadata.ownerReferences;
  const edit = (name: string, ownerReferences: readonly Owner[]) =>
    world.kube.patch(world.path('secrets', name), { metadata: { ownerReferences } });
  const sorted = (all: readonly { readonly uid: string }[] | undefined) =>
    JSON.stringify(
      [...(all ?? [])].sort((a, b) => (a.uid < b.uid ? -1 : 1)).map(owner => Object.entries(owner).sort()),
    );

  const rows: readonly {
    readonly why: string;
    readonly name: string;
    readonly by: (us: Owner) => readonly Owner[];
    readonly gives: (us: Owner) => readonly Owner[];
  }[] = [
    {
      why: 'ours has no control, and blocks',
      name: 'flags',
      by: us => [{ ...us, controller: false, blockOwnerDeletion: true }],
      gives: us => [us],
    },
    { why: 'ours bears another name', name: 'renamed', by: us => [{ ...us, name: 'other' }], gives: us => [us] },
    { why: 'another owner beside ours stays', name: 'beside', by: us => [us, stranger], gives: us => [us, stranger] },
    { why: 'an AwsSecret that is gone', name: 'dead', by: us => [us, dead], gives: us => [us] },
    {
      why: 'an owner without control in ours’ place',
      name: 'instead',
      by: () => [stranger],
      gives: us => [us, stranger],
    },
  ];
  it.concurrent.each(rows)('$why: put right, and nobody is restarted', async ({ name, by, gives }) => {
    const us = await start(name);
    const before = (await world.secret(name))?.metadata.annotations?.['secrets-operator.io/changed-at'];
    await edit(name, by(us));
    await until('it is put right', WAIT, async () => sorted(await owners(name)) === sorted(gives(us))).catch(
      async error => {
        throw new Error(`${error}; its owners: ${JSON.stringify(await owners(name))}`);
      },
    );
    await world.expectSecret(name, { v: '1' });
    expect((await world.secret(name))?.metadata.annotations?.['secrets-operator.io/changed-at']).toBe(before);
    await world.expectSynced(name);
    expect((await live('deployments', name)).metadata.generation).toBe(1);
  });

  it('another controller in place of ours is not fought: it is named, and the Secret is taken back once that is gone', async () => {
    await start('usurped');
    await edit('usurped', [{ ...stranger, controller: true }]);
    const { status } = await world.expectCondition('usurped', 'Ready', 'False', 'TargetOwnedByOther');
    expect(status?.conditions?.map(c => `${c.type}=${c.status}`)).toContain('Stalled=True');
    expect(status?.conditions?.[0]?.message).toContain('belongs to ConfigMap "boss"');
    const written = writes('usurped').length;
    await world.kube.patch(world.path('secrets', 'usurped'), { metadata: { annotations: { theirs: 'more' } } });
    await start('witness');
    expect(writes('usurped'), 'nothing is written over theirs').toHaveLength(written);
    await edit('usurped', []);
    await until('it is ours again', WAIT, async () => (await owners('usurped'))?.length === 1);
    await world.expectSynced('usurped');
  });

  it('a Secret that cannot go yet is kept in step, and made anew when it has gone', async () => {
    await start('held');
    const path = world.path('secrets', 'held');
    await world.kube.patch(path, { metadata: { finalizers: ['example.com/hold'] } });
    await world.kube.remove(path);
    const before = await world.secret('held');
    await world.kube.patch(path, { data: { v: 'ZWRpdA==' } });
    await world.expectSecret('held', { v: '1' });
    const written = writes('held').length;
    await start('witness-2');
    expect(writes('held').length, 'nobody is in a hurry').toBeLessThanOrEqual(written + 1);
    await world.kube.patch(path, { metadata: { finalizers: null } });
    const made = await until('it is made anew', WAIT, async () => {
      const secret = await world.secret('held');
      return secret !== undefined && secret.metadata.uid !== before?.metadata.uid && secret;
    });
    expect(made.metadata.annotations?.['secrets-operator.io/content']).toBe(
      before?.metadata.annotations?.['secrets-operator.io/content'],
    );
    expect((await live('deployments', 'held')).metadata.generation).toBe(1);
  });

  it('of many AwsSecrets that want one target at the same moment one has it, and none fights', async () => {
    const names = Array.from({ length: RIVALS }, (_, index) => `rival-${index}`);
    for (const name of names) await world.aws['eu-west-1'].create(world.unique(name), JSON.stringify({ v: name }));
    await Promise.all(
      names.map(name =>
        world.applyAwsSecret(name, { dataFrom: [{ secretId: world.unique(name) }], target: { name: 'prize' } }),
      ),
    );
    const reasonOf = async (name: string) =>
      (await world.awsSecret(name)).status?.conditions?.find(({ type }) => type === 'Ready')?.reason;
    let reasons: readonly (string | undefined)[] = [];
    await until('each has its verdict', WAIT, async () => {
      reasons = await Promise.all(names.map(reasonOf));
      return reasons.filter(reason => reason === 'TargetOwnedByOther').length === RIVALS - 1;
    });
    const winner = names[reasons.indexOf('Synced')];
    expect(winner).toBeDefined();
    await world.expectSecret('prize', { v: winner ?? '' });
    expect(writes('prize').filter(call => call.outcome?.status === 201)).toHaveLength(1);
    expect(writes('prize').filter(call => call.verb !== 'create')).toEqual([]);
  });
});

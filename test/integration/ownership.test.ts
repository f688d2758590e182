import { describe, expect, it } from 'vitest';
import { kubeError } from '../support/fault-proxy/fault.ts';
import { until } from '../support/poll.ts';
import { uses, workloadsOf } from './workloads.ts';
import { useWorld } from './world.ts';

const CHANGED_AT = 'secrets-operator.io/changed-at';
const CONTENT = 'secrets-operator.io/content';
/** Who has failed four times tries again after four seconds at the earliest. */
const FAILURES = 4;
const BEFORE_RETRY_MS = 3_000;

describe('whose Secret it is', () => {
  const world = useWorld();
  const source = async (name: string, content: string): Promise<string> => {
    const secretId = world.unique(name);
    await world.aws['eu-west-1'].create(secretId, content);
    return secretId;
  };
  const foreign = (name: string, extra: object = {}) =>
    world.kube.create(world.path('secrets', name).replace(/\/[^/]+$/, ''), {
      metadata: { name, annotations: { keep: 'me' } },
      stringData: { theirs: 'x' },
      ...extra,
    });

  it('a Secret that somebody else made is left alone, and taken once it is gone', async () => {
    const secretId = await source('foreign', '{"a":"1"}');
    await foreign('foreign');
    await world.applyAwsSecret('foreign', { dataFrom: [{ secretId }] });
    const { status } = await world.expectCondition('foreign', 'Ready', 'False', 'TargetNotOwned');
    expect(status?.conditions?.map(c => `${c.type}=${c.status}`)).toEqual(['Ready=False', 'Stalled=True']);
    expect(status?.conditions?.[0]?.message).toContain('creationPolicy: Adopt');
    await world.expectSecret('foreign', { theirs: 'x' });
    await world.kube.remove(world.path('secrets', 'foreign'));
    await world.expectSecret('foreign', { a: '1' });
    await world.expectSynced('foreign');
  });

  it('Adopt takes it over: its keys go, its metadata stays, and no owner reference binds it to us', async () => {
    const secretId = await source('adopt', '{"a":"1"}');
    await foreign('adopt');
    await world.applyAwsSecret('adopt', { dataFrom: [{ secretId }], target: { creationPolicy: 'Adopt' } });
    const secret = await world.expectSecret('adopt', { a: '1' });
    expect(secret.metadata.annotations).toMatchObject({ keep: 'me' });
    expect(secret.metadata.ownerReferences).toBeUndefined();
    const history = JSON.parse(secret.metadata.annotations?.['secrets-operator.io/history'] ?? '');
    expect(history, 'other content was there before: a change').toHaveLength(2);
  });

  it('Adopt of equal bytes is no change', async () => {
    const secretId = await source('adopt-equal', '{"theirs":"x"}');
    await foreign('adopt-equal');
    await world.applyAwsSecret('adopt-equal', { dataFrom: [{ secretId }], target: { creationPolicy: 'Adopt' } });
    await world.expectSynced('adopt-equal');
    const secret = await world.expectSecret('adopt-equal', { theirs: 'x' });
    expect(JSON.parse(secret.metadata.annotations?.['secrets-operator.io/history'] ?? '')).toHaveLength(1);
  });

  it("another controller's Secret is refused even to Adopt", async () => {
    const secretId = await source('controlled', '{"a":"1"}');
    const owner = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'boss',
      uid: '0e0e0e0e-0000-4000-8000-000000000000',
      controller: true,
    };
    await foreign('controlled', { metadata: { name: 'controlled', ownerReferences: [owner] } });
    await world.applyAwsSecret('controlled', { dataFrom: [{ secretId }], target: { creationPolicy: 'Adopt' } });
    await world.expectCondition('controlled', 'Ready', 'False', 'TargetOwnedByOther');
    await world.expectSecret('controlled', { theirs: 'x' });
  });

  it('of two AwsSecrets with one target the second is refused', async () => {
    const one = await source('sibling-1', '{"a":"1"}');
    const two = await source('sibling-2', '{"a":"2"}');
    await world.applyAwsSecret('sibling-1', { dataFrom: [{ secretId: one }], target: { name: 'shared' } });
    await world.expectSynced('sibling-1');
    await world.applyAwsSecret('sibling-2', { dataFrom: [{ secretId: two }], target: { name: 'shared' } });
    await world.expectCondition('sibling-2', 'Ready', 'False', 'TargetOwnedByOther');
    await world.expectSecret('shared', { a: '1' });
  });

  it('an edited or deleted Secret is put right, and keeps the time of its content', async () => {
    const secretId = await source('drift', '{"a":"1","b":"2"}');
    await world.applyAwsSecret('drift', { dataFrom: [{ secretId }] });
    const before = await world.expectSecret('drift', { a: '1', b: '2' });
    await world.expectSynced('drift');
    await world.kube.patch(world.path('secrets', 'drift'), { data: { a: 'ZWRpdA==', b: null, c: 'ZXh0cmE=' } });
    const repaired = await world.expectSecret('drift', { a: '1', b: '2' });
    expect(repaired.metadata.annotations?.[CHANGED_AT]).toBe(before.metadata.annotations?.[CHANGED_AT]);
    await world.kube.remove(world.path('secrets', 'drift'));
    const made = await world.expectSecret('drift', { a: '1', b: '2' });
    expect(made.metadata.uid).not.toBe(before.metadata.uid);
    expect(made.metadata.annotations?.[CONTENT]).toBe(before.metadata.annotations?.[CONTENT]);
    await until('the status names the new Secret', { timeoutMs: 5_000 }, async () => {
      return (await world.awsSecret('drift')).status?.target?.uid === made.metadata.uid;
    });
  });

  it('an AwsSecret that was deleted and made again takes its Secret back', async () => {
    const secretId = await source('again', '{"a":"1"}');
    await world.applyAwsSecret('again', { dataFrom: [{ secretId }] });
    await world.expectSynced('again');
    await world.kube.remove(world.path('awssecrets', 'again'));
    const { metadata } = await world.applyAwsSecret('again', { dataFrom: [{ secretId }] });
    await world.expectSynced('again');
    const secret = await until('the Secret has the new owner alone', { timeoutMs: 5_000 }, async () => {
      const live = await world.secret('again');
      return live?.metadata.ownerReferences?.every(owner => owner.uid === metadata.uid) && live;
    });
    expect(secret.metadata.ownerReferences).toHaveLength(1);
  });

  it('a Secret of another type is refused by name', async () => {
    const secretId = await source('typed', '{"username":"1"}');
    await foreign('typed', { type: 'example.com/other' });
    await world.applyAwsSecret('typed', { dataFrom: [{ secretId }], target: { creationPolicy: 'Adopt' } });
    await world.expectCondition('typed', 'Ready', 'False', 'TargetTypeDiffers');
  });

  it('our own Secret keeps its type: another one is refused by name, until the Secret is deleted', async () => {
    const secretId = await source('retyped', '{"username":"1"}');
    await world.applyAwsSecret('retyped', { dataFrom: [{ secretId }] });
    await world.expectSynced('retyped');
    const before = await world.secret('retyped');
    const set = (type: string) => world.kube.patch(world.path('awssecrets', 'retyped'), { spec: { target: { type } } });
    await set('kubernetes.io/basic-auth');
    const { status } = await world.expectCondition('retyped', 'Ready', 'False', 'TargetTypeDiffers');
    expect(status?.conditions?.map(c => `${c.type}=${c.status}`)).toEqual(['Ready=False', 'Stalled=True']);
    expect((await world.secret('retyped'))?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
    await set('Opaque');
    await world.expectSynced('retyped');
    await set('kubernetes.io/basic-auth');
    await world.expectCondition('retyped', 'Ready', 'False', 'TargetTypeDiffers');
    await world.kube.remove(world.path('secrets', 'retyped'));
    const made = await world.expectSecret('retyped', { username: '1' });
    expect(made.type).toBe('kubernetes.io/basic-auth');
    await world.expectSynced('retyped');
  });

  it('a lost hash key changes no content and no time', async () => {
    const secretId = await source('rekey', '{"a":"1"}');
    await world.applyAwsSecret('rekey', { refreshInterval: '10s', dataFrom: [{ secretId }] });
    const before = await world.expectSecret('rekey', { a: '1' });
    await world.expectSynced('rekey');
    await world.stopOperator();
    await world.kube.remove(`/api/v1/namespaces/${world.operatorNamespace}/secrets/secrets-operator-key`);
    await world.restartOperator();
    await world.kube.patch(world.path('awssecrets', 'rekey'), {
      metadata: { annotations: { 'secrets-operator.io/refresh-requested': 'now' } },
    });
    const after = await until('the Secret is hashed with the new key', { timeoutMs: 20_000 }, async () => {
      const live = await world.secret('rekey');
      return live?.metadata.annotations?.[CONTENT] !== before.metadata.annotations?.[CONTENT] && live;
    });
    expect(after.metadata.annotations?.[CHANGED_AT]).toBe(before.metadata.annotations?.[CHANGED_AT]);
    expect(JSON.parse(after.metadata.annotations?.['secrets-operator.io/history'] ?? '')).toHaveLength(1);
  });

  it('an immutable Secret keeps its content, and is made anew when it is deleted', async () => {
    const secretId = await source('frozen', '{"a":"1"}');
    await world.applyAwsSecret('frozen', { refreshInterval: '10s', dataFrom: [{ secretId }] });
    await world.expectSynced('frozen');
    await world.kube.patch(world.path('secrets', 'frozen'), { immutable: true });
    await world.aws['eu-west-1'].put(secretId, '{"a":"2"}');
    const { status } = await world.expectCondition('frozen', 'Ready', 'False', 'TargetImmutable');
    expect(status?.conditions?.map(c => `${c.type}=${c.status}`)).toEqual(['Ready=False', 'Stalled=True']);
    await world.expectSecret('frozen', { a: '1' });
    await world.kube.remove(world.path('secrets', 'frozen'));
    await world.expectSecret('frozen', { a: '2' });
  });

  it('an AwsSecret that is being deleted writes nothing any more', async () => {
    const secretId = await source('going', '{"a":"1"}');
    await world.applyAwsSecret('going', { refreshInterval: '10s', dataFrom: [{ secretId }] });
    await world.expectSynced('going');
    const path = world.path('awssecrets', 'going');
    await world.kube.patch(path, { metadata: { finalizers: ['example.com/hold'] } });
    await world.kube.remove(path);
    await world.kube.remove(world.path('secrets', 'going'));
    const other = await source('after-going', '{"a":"1"}');
    await world.applyAwsSecret('after-going', { dataFrom: [{ secretId: other }] });
    await world.expectSynced('after-going');
    expect(await world.secret('going')).toBeUndefined();
    await world.kube.patch(path, { metadata: { finalizers: null } });
  });
});

describe('what becomes of a Secret that the AwsSecret named before', () => {
  const world = useWorld();
  const { deploy, path } = workloadsOf(world);

  /** AwsSecret `name`, in step, with Secret `<name>-old`, which is known to be used by nobody but `user`. */
  const start = async (name: string, user?: () => Promise<unknown>, target: object = {}): Promise<void> => {
    const secretId = world.unique(name);
    await world.aws['eu-west-1'].create(secretId, JSON.stringify({ of: name }));
    const spec = { refreshInterval: '10s', dataFrom: [{ secretId }], target: { name: `${name}-old`, ...target } };
    await user?.();
    await world.applyAwsSecret(name, spec);
    await world.expectSecret(`${name}-old`, { of: name });
    await world.expectSynced(name);
  };
  const rename = async (name: string): Promise<void> => {
    await world.kube.patch(world.path('awssecrets', name), { spec: { target: { name: `${name}-new` } } });
    await world.expectSecret(`${name}-new`, { of: name });
    await world.expectSynced(name);
  };
  const expectGone = (name: string, timeoutMs = 10_000) =>
    until(`Secret ${name} is gone`, { timeoutMs }, async () => (await world.secret(name)) === undefined);
  const expectTold = (name: string, line: string) =>
    until(`${line} is told`, { timeoutMs: 10_000 }, async () => {
      const events = await world.events(name);
      return events.find(({ type, reason }) => `${type} ${reason}` === line);
    });

  it('used by nobody it is deleted', async () => {
    await start('free');
    await rename('free');
    await expectGone('free-old');
    const event = await expectTold('free', 'Normal FormerTargetDeleted');
    expect(event).toMatchObject({ action: 'Delete', related: { kind: 'Secret', name: 'free-old' } });
  });

  it('used by a workload it stays, and goes when that has moved', async () => {
    await start('used', () => deploy('deployments', 'used', uses('used-old')['env-from']));
    await rename('used');
    const { note } = await expectTold('used', 'Warning FormerTargetInUse');
    expect(note).toContain('Deployment used');
    await world.expectSecret('used-old', { of: 'used' });
    await world.kube.patch(path('deployments', 'used'), {
      spec: {
        template: { spec: { containers: [{ name: 'app', image: 'app', ...uses('used-new')['env-from'].container }] } },
      },
    });
    await expectGone('used-old', 20_000);
    const told = (await world.events('used')).filter(({ reason }) => reason === 'FormerTargetInUse');
    expect(told, 'once, however often it was looked at').toHaveLength(1);
  });

  it('used by a pod that no workload stands for it stays, and goes after it', async () => {
    const spec = { containers: [{ name: 'app', image: 'app' }], imagePullSecrets: [{ name: 'pod-old' }] };
    const pods = path('pods', '').slice(0, -1);
    await start('pod', () => world.kube.create(pods, { metadata: { name: 'lonely' }, spec }));
    await rename('pod');
    const { note } = await expectTold('pod', 'Warning FormerTargetInUse');
    expect(note).toContain('Pod lonely');
    await world.kube.remove(`${path('pods', 'lonely')}?gracePeriodSeconds=0`);
    await expectGone('pod-old', 20_000);
  });

  it('that was adopted it is let go, with its data', async () => {
    const theirs = { metadata: { name: 'adopted-old', labels: { app: 'theirs' } }, stringData: { of: 'them' } };
    const secrets = world.path('secrets', '').slice(0, -1);
    await start('adopted', () => world.kube.create(secrets, theirs), { creationPolicy: 'Adopt' });
    await rename('adopted');
    const { metadata } = await until('it is released', { timeoutMs: 10_000 }, async () => {
      const live = await world.secret('adopted-old');
      return live?.metadata.labels?.['secrets-operator.io/owner'] === undefined && live;
    });
    expect(metadata.labels).toEqual({ app: 'theirs' });
    expect(Object.keys(metadata.annotations ?? {})).toEqual([]);
    await world.expectSecret('adopted-old', { of: 'adopted' });
  });

  it('is taken by another AwsSecret that waits for its name, at once', async () => {
    await start('left', () => deploy('deployments', 'left', uses('left-old')['env-from']));
    const secretId = world.unique('heir');
    await world.aws['eu-west-1'].create(secretId, '{"of":"heir"}');
    const { metadata } = await world.applyAwsSecret('heir', { dataFrom: [{ secretId }], target: { name: 'left-old' } });
    await world.expectCondition('heir', 'Ready', 'False', 'TargetOwnedByOther');
    const failures = () => world.lines.filter(line => line.includes('"sync failed"') && line.includes('"name":"heir"'));
    await until('it has failed often', { timeoutMs: 20_000 }, () => failures().length >= FAILURES);
    await world.kube.patch(world.path('awssecrets', 'left'), { spec: { target: { name: 'left-new' } } });
    const taken = await until('it has the Secret', { timeoutMs: BEFORE_RETRY_MS }, async () => {
      const live = await world.secret('left-old');
      return live?.metadata.ownerReferences?.some(owner => owner.uid === metadata.uid) && live;
    });
    expect(taken.metadata.ownerReferences).toHaveLength(1);
    await world.expectSecret('left-old', { of: 'heir' });
    await world.expectSynced('heir');
    await world.expectSecret('left-new', { of: 'left' });
    await world.expectSynced('left');
  });

  it('a copy with all of our metadata is no former target: nobody deletes it', async () => {
    await start('copied');
    const original = await world.secret('copied-old');
    const { labels, annotations, ownerReferences } = original?.metadata ?? {};
    const copy = { name: 'copied-backup', labels, annotations, ownerReferences };
    await world.kube.create(world.path('secrets', '').slice(0, -1), { metadata: copy, data: original?.data });
    await until('it is let go', { timeoutMs: 20_000 }, async () => {
      return (await world.secret('copied-backup'))?.metadata.ownerReferences === undefined;
    });
    await world.expectSecret('copied-backup', { of: 'copied' });
    await world.expectSecret('copied-old', { of: 'copied' });
  });

  it('by an operator that dies before it has gone', async () => {
    await start('crashed');
    const isDelete = (call: { verb: string; name?: string }) => call.verb === 'delete' && call.name === 'crashed-old';
    const heal = world.faults.inject(kubeError(500), isDelete);
    await rename('crashed');
    await until('it was tried', { timeoutMs: 10_000 }, () => world.faults.calls.some(isDelete));
    await world.stopOperator();
    heal();
    expect(await world.secret('crashed-old')).toBeDefined();
    await world.restartOperator();
    await expectGone('crashed-old');
  });

  it('renamed there and back, only what is named last is left', async () => {
    await start('back');
    const set = (target: object) => world.kube.patch(world.path('awssecrets', 'back'), { spec: { target } });
    for (let i = 0; i < 3; i += 1) {
      await set({ name: 'back-new' });
      await set({ name: 'back-old' });
    }
    await world.expectSynced('back');
    await expectGone('back-new');
    await world.expectSecret('back-old', { of: 'back' });
  });
});

describe('an operator that does not know the workloads', () => {
  const world = useWorld(['--rollout-enabled=false']);

  it('deletes no former target: it goes with its AwsSecret', async () => {
    const secretId = world.unique('kept');
    await world.aws['eu-west-1'].create(secretId, '{"a":"1"}');
    await world.applyAwsSecret('kept', { refreshInterval: '10s', dataFrom: [{ secretId }] });
    const { metadata } = await world.expectSynced('kept');
    await world.kube.patch(world.path('awssecrets', 'kept'), { spec: { target: { name: 'kept-2' } } });
    await world.expectSecret('kept-2', { a: '1' });
    await world.expectSynced('kept');
    await world.restartOperator();
    await until('it was looked at again', { timeoutMs: 20_000 }, () =>
      world.faults.calls.some(call => call.verb === 'DescribeSecret' && call.name === secretId),
    );
    const kept = await world.expectSecret('kept', { a: '1' });
    expect(kept.metadata.ownerReferences).toMatchObject([{ uid: metadata.uid }]);
  });
});

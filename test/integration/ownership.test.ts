import { describe, expect, it } from 'vitest';
import { until } from '../support/poll.ts';
import { useWorld } from './world.ts';

const CHANGED_AT = 'secrets-operator.io/changed-at';
const CONTENT = 'secrets-operator.io/content';

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

  it('a lost hash key changes no content and no time', async () => {
    const secretId = await source('rekey', '{"a":"1"}');
    await world.applyAwsSecret('rekey', { refreshInterval: '10s', dataFrom: [{ secretId }] });
    const before = await world.expectSecret('rekey', { a: '1' });
    await world.expectSynced('rekey');
    await world.stopOperator();
    await world.kube.remove(world.path('secrets', 'secrets-operator-key'));
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
});

import { describe, expect, inject, it } from 'vitest';
import { createKubeAdmin, type KubeObject } from '../support/kube-admin.ts';
import { useWorld } from './world.ts';

describe('the API server refuses a bad manifest', () => {
  const kube = createKubeAdmin(inject('kube'));
  const dataFrom = [{ secretId: 'a' }];
  const rows = [
    { why: 'no source at all', spec: {}, says: 'at least one of `data` and `dataFrom` must have an entry' },
    {
      why: 'empty lists are no sources',
      spec: { data: [], dataFrom: [] },
      says: 'at least one of `data` and `dataFrom`',
    },
    {
      why: 'an interval that would burn quota',
      spec: { dataFrom, refreshInterval: '1s' },
      says: '`refreshInterval` must be a duration between 10s and 720h',
    },
    {
      why: 'an interval that is no duration',
      spec: { dataFrom, refreshInterval: 'soon' },
      says: '`refreshInterval` must be a duration',
    },
    {
      why: 'a key that no Secret can have',
      spec: { data: [{ key: 'a/b', secretId: 'a' }] },
      says: '`key` must consist of letters, digits, "-", "_" and "."',
    },
    { why: 'a key that is a path', spec: { data: [{ key: '..', secretId: 'a' }] }, says: '`key` must consist of' },
    {
      why: 'two entries for one key',
      spec: {
        data: [
          { key: 'a', secretId: 'a' },
          { key: 'a', secretId: 'b' },
        ],
      },
      says: 'Duplicate value',
    },
    {
      why: 'a region that is none',
      spec: { dataFrom, regions: ['Ireland'] },
      says: '`regions` must hold names of AWS regions',
    },
    {
      why: 'a region named twice',
      spec: { dataFrom, regions: ['eu-west-1', 'eu-west-1'] },
      says: '`regions` must not name a region twice',
    },
    {
      why: 'a type that mints tokens',
      spec: { dataFrom, target: { type: 'kubernetes.io/service-account-token' } },
      says: 'Unsupported value',
    },
    {
      why: 'a name that no object can have',
      spec: { dataFrom, target: { name: 'A_b' } },
      says: '`target.name` must be a DNS subdomain',
    },
    {
      why: 'labels of our own',
      spec: { dataFrom, target: { metadata: { labels: { 'secrets-operator.io/owner': 'x' } } } },
      says: '`target.metadata` must not hold keys of secrets-operator.io',
    },
  ];
  it.each(rows)('$why', async ({ spec, says }) => {
    const body = { apiVersion: 'secrets-operator.io/v1alpha1', kind: 'AwsSecret', metadata: { name: 'bad' }, spec };
    const refusal = await kube.expectRefused('/apis/secrets-operator.io/v1alpha1/namespaces/default/awssecrets', body);
    expect(refusal.status).toBe(422);
    expect(refusal.message).toContain(says);
  });

  it('and finds nothing wrong with the schema itself', async () => {
    const crd = await kube.get<KubeObject & { status: { conditions: { type: string; status: string }[] } }>(
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/awssecrets.secrets-operator.io',
    );
    const types = crd?.status.conditions.filter(c => c.status === 'True').map(c => c.type);
    expect(types?.sort()).toEqual(['Established', 'NamesAccepted']);
  });

  it('and fills in the defaults, and a status that kstatus takes for unfinished', async () => {
    const created = await kube.create<KubeObject & { spec: object; status: object }>(
      '/apis/secrets-operator.io/v1alpha1/namespaces/default/awssecrets',
      {
        apiVersion: 'secrets-operator.io/v1alpha1',
        kind: 'AwsSecret',
        metadata: { name: 'defaults' },
        spec: { dataFrom },
      },
    );
    expect(created.spec).toEqual({
      dataFrom,
      refreshInterval: '1m',
      suspend: false,
      target: { type: 'Opaque', creationPolicy: 'Owner', metadata: {} },
      rollout: { restart: 'All' },
    });
    expect(created.status).toMatchObject({
      observedGeneration: -1,
      conditions: [
        { type: 'Ready', status: 'Unknown' },
        { type: 'Reconciling', status: 'True' },
      ],
    });
  });
});

describe('what AWS holds cannot be used', () => {
  const world = useWorld();
  const west = () => world.aws['eu-west-1'];
  const rows = [
    {
      why: 'a secret that is not there',
      name: 'missing',
      content: undefined,
      reason: 'SecretNotFound',
      names: 'missing',
    },
    { why: 'a secret without a value', name: 'empty', content: '', reason: 'SecretNotFound', names: 'empty' },
    {
      why: 'no JSON, but its properties are wanted',
      name: 'plain',
      content: 'canary-plain',
      reason: 'NotJson',
      names: 'plain',
    },
    {
      why: 'a JSON list has no properties',
      name: 'list',
      content: '["canary-list"]',
      reason: 'NotJson',
      names: 'list',
    },
    {
      why: 'a property that cannot be a key',
      name: 'badkey',
      content: '{"a b":"canary"}',
      reason: 'InvalidKey',
      names: 'a b',
    },
  ];
  it.each(rows)('$why', async ({ name, content, reason, names }) => {
    const secretId = world.unique(name);
    if (content) await west().create(secretId, content);
    else if (content === '') await west().create(secretId, undefined);
    await world.applyAwsSecret(name, { dataFrom: [{ secretId }] });
    const { status } = await world.expectCondition(name, 'Ready', 'False', reason);
    const ready = status?.conditions?.find(c => c.type === 'Ready');
    expect(ready?.message, 'the failing thing is named').toContain(names);
    expect(status?.conditions?.map(c => `${c.type}=${c.status}`)).toEqual(['Ready=False', 'Reconciling=True']);
    expect(await world.secret(name), 'nothing is written').toBeUndefined();
    expect(JSON.stringify(status) + world.lines.join('\n')).not.toContain('canary');
  });

  it('a property that goes missing keeps the last good Secret, and comes back', async () => {
    const name = 'property';
    const secretId = world.unique(name);
    await west().create(secretId, '{"p":"good"}');
    await world.applyAwsSecret(name, { refreshInterval: '10s', data: [{ key: 'k', secretId, property: 'p' }] });
    await world.expectSynced(name);
    await west().put(secretId, '{"q":"canary"}');
    const { status } = await world.expectCondition(name, 'Ready', 'False', 'PropertyNotFound');
    expect(status?.conditions?.find(c => c.type === 'Ready')?.message).toContain('"p"');
    await world.expectSecret(name, { k: 'good' });
    await west().put(secretId, '{"p":"better"}');
    await world.expectSecret(name, { k: 'better' });
    await world.expectSynced(name);
  });

  it('a secret that is scheduled for deletion is told at once, and the Secret stays', async () => {
    const name = 'scheduled';
    const secretId = world.unique(name);
    await west().create(secretId, '{"a":"1"}');
    await world.applyAwsSecret(name, { refreshInterval: '10s', dataFrom: [{ secretId }] });
    await world.expectSynced(name);
    await west().scheduleDeletion(secretId);
    await world.expectCondition(name, 'Ready', 'False', 'SecretNotFound');
    await world.expectSecret(name, { a: '1' });
  });

  it('one of several sources failing writes nothing of the others, and is listed first', async () => {
    const good = world.unique('good');
    await west().create(good, '{"a":"1"}');
    const bad = world.unique('bad');
    await world.applyAwsSecret('partial', { dataFrom: [{ secretId: good }, { secretId: bad }] });
    const { status } = await world.expectCondition('partial', 'Ready', 'False', 'SecretNotFound');
    expect(status?.sources?.[0]).toMatchObject({ name: bad, reason: 'SecretNotFound' });
    expect(await world.secret('partial')).toBeUndefined();
  });

  it('two sources with one key are refused by its name, until data says which one counts', async () => {
    const [one, two] = [world.unique('one'), world.unique('two')];
    await west().create(one, '{"k":"1"}');
    await west().create(two, '{"k":"2"}');
    await world.applyAwsSecret('twice', { dataFrom: [{ secretId: one }, { secretId: two }] });
    const { status } = await world.expectCondition('twice', 'Ready', 'False', 'DuplicateKey');
    expect(status?.conditions?.find(c => c.type === 'Ready')?.message).toMatch(/"k".*one.*two/);
    await world.kube.patch(world.path('awssecrets', 'twice'), {
      spec: { data: [{ key: 'k', secretId: two, property: 'k' }] },
    });
    await world.expectSecret('twice', { k: '2' });
  });
});

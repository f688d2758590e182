import { afterEach, describe, expect, inject, it } from 'vitest';
import type { Reason } from '../../src/crds/reasons.ts';
import { awsError } from '../support/fault-proxy/fault.ts';
import type { Fault } from '../support/fault-proxy/fault-types.ts';
import { createKubeAdmin, type KubeObject } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import type { LiveAwsSecret } from './objects.ts';
import { useWorld } from './world.ts';

describe('the API server refuses a bad manifest', () => {
  const kube = createKubeAdmin(inject('kube'));
  const dataFrom = [{ secretId: 'a' }];
  const ROLE = 'arn:aws:iam::111122223333:role/payments';
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
    {
      why: 'nobody whose permissions could be taken',
      spec: { dataFrom, auth: {} },
      says: '`auth` must name a `serviceAccountName` or `assumeRoles`',
    },
    {
      why: 'a role without the token that it is assumed with',
      spec: { dataFrom, auth: { roleArn: ROLE } },
      says: '`auth.roleArn` needs `serviceAccountName`',
    },
    {
      why: 'a ServiceAccount that leads elsewhere',
      spec: { dataFrom, auth: { serviceAccountName: '..' } },
      says: '`serviceAccountName` must be a DNS subdomain',
    },
    {
      why: 'a role that is none',
      spec: { dataFrom, auth: { assumeRoles: [{ roleArn: 'payments' }] } },
      says: '`roleArn` must be the ARN of an IAM role',
    },
    {
      why: 'a tag that tells whose session it is',
      spec: { dataFrom, auth: { assumeRoles: [{ roleArn: ROLE, sessionTags: { 'secrets-operator/cluster': 'b' } }] } },
      says: '`sessionTags` must not begin with',
    },
    {
      why: 'the same in capitals, which AWS reads alike',
      spec: { dataFrom, auth: { assumeRoles: [{ roleArn: ROLE, sessionTags: { 'Kubernetes-Namespace': 'b' } }] } },
      says: '`sessionTags` must not begin with',
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
      consistency: 'Eventual',
      suspend: false,
      target: { type: 'Opaque', creationPolicy: 'Owner', sourceDeletionPolicy: 'Retain', metadata: {} },
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

describe('what AWS holds, or does not give, cannot be used', () => {
  const world = useWorld();
  const west = () => world.aws['eu-west-1'];
  const heals: (() => void)[] = [];
  afterEach(() => {
    for (const heal of heals.splice(0)) heal();
  });
  const read = (secretId: string) =>
    world.faults.calls.filter(call => call.target !== 'kube' && call.ids.includes(secretId));
  const writes = (name: string) =>
    world.faults.calls.filter(call => call.resource === 'secrets' && call.isWrite && call.name === name);
  const request = (name: string, value: string) =>
    world.kube.patch(world.path('awssecrets', name), {
      metadata: { annotations: { 'secrets-operator.io/refresh-requested': value } },
    });
  const messageOf = ({ status }: LiveAwsSecret) => status?.conditions?.find(({ type }) => type === 'Ready')?.message;

  interface Row {
    readonly why: string;
    readonly name: string;
    /** What it becomes; or what meets the calls; or undefined, to be scheduled for deletion. */
    readonly bad: string | Uint8Array | Fault | undefined;
    readonly reason: Reason;
    /** What the message names beside the source. */
    readonly names?: string;
    readonly good?: string;
    readonly spec?: (secretId: string) => object;
  }
  const pull = { type: 'kubernetes.io/dockerconfigjson' };
  const rows: readonly Row[] = [
    { why: 'deleted', name: 'deleted', bad: undefined, reason: 'SecretNotFound' },
    { why: 'denied', name: 'denied', bad: awsError('AccessDeniedException'), reason: 'AccessDenied', names: 'IAM' },
    {
      why: 'undecryptable',
      name: 'sealed',
      bad: awsError('DecryptionFailure'),
      reason: 'DecryptionFailed',
      names: 'KMS',
    },
    {
      why: 'a refused reference',
      name: 'invalid',
      bad: awsError('InvalidParameterException'),
      reason: 'InvalidReference',
    },
    { why: 'no JSON', name: 'plain', bad: 'canary-plain', reason: 'NotJson' },
    { why: 'JSON, but no object', name: 'list', bad: '["canary-list"]', reason: 'NotJson' },
    {
      why: 'no UTF-8',
      name: 'bytes',
      bad: Buffer.concat([Buffer.from('{"a":"canary'), Buffer.of(255)]),
      reason: 'NotJson',
    },
    { why: 'half a character', name: 'half', bad: String.raw`{"a":"canary\ud800"}`, reason: 'NotJson' },
    { why: 'an object without properties', name: 'empty', bad: '{}', reason: 'SourceEmpty' },
    {
      why: 'a property that cannot be a key',
      name: 'badkey',
      bad: '{"a b":"canary"}',
      reason: 'InvalidKey',
      names: '"a b"',
    },
    {
      why: 'a NUL in a key',
      name: 'nul',
      bad: String.raw`{"a\u0000":"canary"}`,
      reason: 'InvalidKey',
      names: String.raw`"a\u0000"`,
    },
    {
      why: 'without the property that is asked for',
      name: 'property',
      bad: '{"b":"canary"}',
      reason: 'PropertyNotFound',
      names: '"a"',
      spec: secretId => ({ data: [{ key: 'a', secretId, property: 'a' }] }),
    },
    {
      why: 'without a key that the type demands',
      name: 'typed',
      good: '{"username":"good"}',
      bad: '{"user":"canary"}',
      reason: 'MissingTypeKeys',
      names: '`username` or `password`',
      spec: secretId => ({ dataFrom: [{ secretId }], target: { type: 'kubernetes.io/basic-auth' } }),
    },
    {
      why: 'an empty value where the type demands one',
      name: 'ssh',
      good: '{"ssh-privatekey":"good"}',
      bad: '{"ssh-privatekey":""}',
      reason: 'MissingTypeKeys',
      names: '`ssh-privatekey`',
      spec: secretId => ({ dataFrom: [{ secretId }], target: { type: 'kubernetes.io/ssh-auth' } }),
    },
    {
      why: 'no JSON where the type demands it',
      name: 'pull',
      good: '{"auths":{}}',
      bad: 'canary-auths',
      reason: 'NotJson',
      names: '`.dockerconfigjson`',
      spec: secretId => ({ data: [{ key: '.dockerconfigjson', secretId }], target: pull }),
    },
  ];

  it.each(rows)('$why: $reason', async ({ name, bad, reason, names, good = '{"a":"good"}', spec }) => {
    const secretId = world.unique(name);
    await west().create(secretId, good);
    const sources = spec?.(secretId) ?? { dataFrom: [{ secretId }] };
    await world.applyAwsSecret(name, { refreshInterval: '0', ...sources });
    await world.expectSynced(name);
    const before = await world.secret(name);
    const [callsBefore, writesBefore] = [read(secretId).length, writes(name).length];

    if (bad === undefined) await west().scheduleDeletion(secretId);
    else if (typeof bad === 'string' || bad instanceof Uint8Array) await west().put(secretId, bad);
    else heals.push(world.faults.inject(bad, call => call.ids.includes(secretId)));
    await request(name, 'bad');
    const failed = await world.expectCondition(name, 'Ready', 'False', reason);
    expect(failed.status?.conditions?.map(c => `${c.type}=${c.status}`)).toEqual(['Ready=False', 'Reconciling=True']);
    expect(messageOf(failed)).toContain(names ?? secretId);
    await until('it was tried again', { timeoutMs: 10_000 }, () => read(secretId).length >= callsBefore + 2);
    const kept = await world.secret(name);
    expect(kept?.metadata.resourceVersion, 'the last good Secret is untouched').toBe(before?.metadata.resourceVersion);
    expect(writes(name), 'and nobody tried to write it').toHaveLength(writesBefore);
    const events = await world.events(name);
    expect(events.map(({ type, reason: told }) => `${type} ${told}`)).toEqual([`Warning ${reason}`]);
    expect(JSON.stringify([failed.status, events]) + world.lines.join('\n')).not.toContain('canary');
  });

  it('a failure is tried again with growing pauses, and mended by itself', async () => {
    const secretId = world.unique('paced');
    await west().create(secretId, '{"a":"1"}');
    const heal = world.faults.inject(awsError('AccessDeniedException'), call => call.ids.includes(secretId));
    await world.applyAwsSecret('paced', { dataFrom: [{ secretId }] });
    await until('it was tried four times', { timeoutMs: 30_000 }, () => read(secretId).length >= 4);
    heal();
    const times = read(secretId).map(({ atMs }) => atMs);
    const pauses = times.slice(1, 4).map((at, index) => at - (times[index] ?? 0));
    for (const [index, pause] of pauses.entries()) expect(pause).toBeGreaterThan(490 * 2 ** index);
    await world.expectSecret('paced', { a: '1' });
    await world.expectSynced('paced');
    expect((await world.events('paced')).map(({ reason }) => reason)).toEqual(['AccessDenied', 'Synced']);
  });

  const first = [
    { why: 'is not there', name: 'first-missing', content: null, reason: 'SecretNotFound' },
    { why: 'has no value yet', name: 'first-empty', content: undefined, reason: 'SecretNotFound' },
    { why: 'is no JSON', name: 'first-plain', content: 'canary-first', reason: 'NotJson' },
  ] as const;
  it.each(first)('at a first sync nothing is written of what $why', async ({ name, content, reason }) => {
    const secretId = world.unique(name);
    if (content !== null) await west().create(secretId, content);
    await world.applyAwsSecret(name, { dataFrom: [{ secretId }] });
    expect(messageOf(await world.expectCondition(name, 'Ready', 'False', reason))).toContain(secretId);
    expect(await world.secret(name)).toBeUndefined();
  });

  it('what was mended is written at once for who asks for a refresh, however often it has failed', async () => {
    const name = 'back';
    const secretId = world.unique(name);
    await west().create(secretId, '{"q":"canary"}');
    await world.applyAwsSecret(name, { refreshInterval: '0', data: [{ key: 'k', secretId, property: 'p' }] });
    await world.expectCondition(name, 'Ready', 'False', 'PropertyNotFound');
    const failures = () =>
      world.lines.filter(line => line.includes('"sync failed"') && line.includes(`"name":"${name}"`));
    await until('it has failed often', { timeoutMs: 20_000 }, () => failures().length >= 4);
    await west().put(secretId, '{"p":"good"}');
    await request(name, 'mended');
    // By itself it would try again after four seconds at the earliest.
    await until('it is written', { timeoutMs: 3_000 }, () => world.secret(name));
    await world.expectSecret(name, { k: 'good' });
    await world.expectSynced(name);
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
    expect(messageOf(await world.expectCondition('twice', 'Ready', 'False', 'DuplicateKey'))).toMatch(/"k".*one.*two/);
    await world.kube.patch(world.path('awssecrets', 'twice'), {
      spec: { data: [{ key: 'k', secretId: two, property: 'k' }] },
    });
    await world.expectSecret('twice', { k: '2' });
  });

  it('exactly 1 MiB is written, and a byte more is refused before the write', async () => {
    const [block, byte] = [world.unique('block'), world.unique('byte')];
    await west().create(block, 'x'.repeat(65_536));
    await west().create(byte, 'y');
    const data = Array.from({ length: 16 }, (_, index) => ({ key: `k${index}`, secretId: block }));
    await world.applyAwsSecret('large', { data });
    await world.expectSecret('large', Object.fromEntries(data.map(({ key }) => [key, 'x'.repeat(65_536)])));
    await world.expectSynced('large');
    const before = await world.secret('large');
    const written = writes('large').length;
    await world.kube.patch(world.path('awssecrets', 'large'), {
      spec: { data: [...data, { key: 'more', secretId: byte }] },
    });
    expect(messageOf(await world.expectCondition('large', 'Ready', 'False', 'TooLarge'))).toContain('1048577 bytes');
    expect(writes('large')).toHaveLength(written);
    expect((await world.secret('large'))?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
  });

  it('five thousand keys are written, and put right', async () => {
    const secretId = world.unique('many');
    const data = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, '']));
    await west().create(secretId, JSON.stringify(data));
    await world.applyAwsSecret('many', { dataFrom: [{ secretId }] });
    await world.expectSecret('many', data);
    await world.expectSynced('many');
    await world.kube.patch(world.path('secrets', 'many'), { data: { k7: null, other: 'eA==' } });
    await world.expectSecret('many', data);
  });
});

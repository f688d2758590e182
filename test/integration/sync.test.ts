import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { until } from '../support/poll.ts';
import { useWorld } from './world.ts';

describe('an AwsSecret becomes a Secret', () => {
  const world = useWorld();
  const west = () => world.aws['eu-west-1'];
  const calls = (operation: string, secretId: string) =>
    world.faults.calls.filter(
      call => call.target === 'aws/eu-west-1' && call.verb === operation && call.name === secretId,
    ).length;

  const forms = [
    {
      why: 'every top-level property of a JSON object is a key, with its own text',
      content: '{"username":"app","password":"p\\u00e4ss\\nword","port":5432,"big":12345678901234567890,"on":true}',
      spec: (secretId: string) => ({ dataFrom: [{ secretId }] }),
      data: { username: 'app', password: 'päss\nword', port: '5432', big: '12345678901234567890', on: 'true' },
    },
    {
      why: 'a string is taken whole, without a newline more or less',
      content: ' -----BEGIN X-----\r\nabc\n\n',
      spec: (secretId: string) => ({ data: [{ key: 'tls.pem', secretId }] }),
      data: { 'tls.pem': ' -----BEGIN X-----\r\nabc\n\n' },
    },
    {
      why: 'binary is byte-exact, also where it is no UTF-8',
      content: Uint8Array.from([0, 255, 254, 128, 10, 0]),
      spec: (secretId: string) => ({ data: [{ key: 'keystore', secretId }] }),
      data: { keystore: Uint8Array.from([0, 255, 254, 128, 10, 0]) },
    },
    {
      why: 'one property under a key of choice; data wins over dataFrom',
      content: '{"password":"one","user.name":"two"}',
      spec: (secretId: string) => ({
        data: [
          { key: 'password', secretId, property: 'user.name' },
          { key: 'absent', secretId, property: 'nowhere', optional: true },
          { key: 'gone', secretId: `${secretId}/missing`, optional: true },
        ],
        dataFrom: [{ secretId }],
      }),
      data: { password: 'two', 'user.name': 'two' },
    },
    {
      why: 'a value of 64 KiB, the largest that AWS holds, arrives whole',
      content: 'x'.repeat(65_536),
      spec: (secretId: string) => ({ data: [{ key: 'blob', secretId }] }),
      data: { blob: 'x'.repeat(65_536) },
    },
  ];
  it.each(forms.map((form, i) => ({ ...form, name: `form-${i}` })))('$why', async ({ name, content, spec, data }) => {
    const secretId = world.unique(name);
    await west().create(secretId, content);
    await world.applyAwsSecret(name, spec(secretId));
    await world.expectSecret(name, data);
    const { status } = await world.expectSynced(name);
    expect(status?.conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual(['Ready=True']);
    expect(status?.target?.name).toBe(name);
    expect(status?.sources?.[0]).toMatchObject({ region: 'eu-west-1', stage: 'AWSCURRENT', name: secretId });
  });

  it('writes the Secret with its owner, its labels and the metadata of the spec, and nothing of the AwsSecret', async () => {
    const secretId = world.unique('metadata');
    await west().create(secretId, '{"username":"b"}');
    const { metadata } = await world.applyAwsSecret(
      'metadata',
      {
        dataFrom: [{ secretId }],
        target: {
          name: 'other-name',
          type: 'kubernetes.io/basic-auth',
          metadata: { labels: { team: 'shop' }, annotations: { note: 'x' } },
        },
      },
      { 'argocd.argoproj.io/tracking-id': 'must-not-be-copied' },
    );
    const secret = await world.expectSecret('other-name', { username: 'b' });
    expect(secret.type).toBe('kubernetes.io/basic-auth');
    expect(secret.metadata.labels).toEqual({
      team: 'shop',
      'secrets-operator.io/owner': metadata.uid,
      'app.kubernetes.io/managed-by': 'secrets-operator',
    });
    expect(secret.metadata.annotations).toMatchObject({ note: 'x' });
    expect(Object.keys(secret.metadata.annotations ?? {})).not.toContain('argocd.argoproj.io/tracking-id');
    expect(secret.metadata.ownerReferences).toMatchObject([{ uid: metadata.uid, kind: 'AwsSecret' }]);
  });

  it('reads a value once, then versions only, and the value again when its version moved', async () => {
    const name = 'gated';
    const secretId = world.unique(name);
    await west().create(secretId, '{"v":"1"}');
    await world.applyAwsSecret(name, { refreshInterval: '10s', dataFrom: [{ secretId }] });
    await world.expectSecret(name, { v: '1' });
    const first = await world.expectSynced(name);
    await until('a version check', { timeoutMs: 20_000 }, () => calls('DescribeSecret', secretId) > 0);
    expect(calls('GetSecretValue', secretId)).toBe(1);
    expect((await world.awsSecret(name)).metadata.resourceVersion, 'a refresh that finds nothing writes nothing').toBe(
      first.metadata.resourceVersion,
    );
    const versionId = await west().put(secretId, '{"v":"2"}');
    await world.expectSecret(name, { v: '2' });
    expect(calls('GetSecretValue', secretId)).toBe(2);
    const { status } = await until('the status names the version', { timeoutMs: 5_000 }, async () => {
      const live = await world.awsSecret(name);
      return live.status?.sources?.[0]?.versionId === versionId && live;
    });
    expect(Date.parse(status?.lastChangeTime ?? '')).toBeGreaterThan(Date.parse(first.status?.lastChangeTime ?? ''));
  });

  it('serves a refresh request at once, and says so', async () => {
    const name = 'requested';
    const secretId = world.unique(name);
    await west().create(secretId, '{"v":"1"}');
    await world.applyAwsSecret(name, { refreshInterval: '0', dataFrom: [{ secretId }] });
    await world.expectSynced(name);
    await west().put(secretId, '{"v":"2"}');
    await world.kube.patch(world.path('awssecrets', name), {
      metadata: { annotations: { 'secrets-operator.io/refresh-requested': 'now' } },
    });
    await world.expectSecret(name, { v: '2' });
    await until('the request is echoed', { timeoutMs: 5_000 }, async () => {
      return (await world.awsSecret(name)).status?.lastHandledRefreshRequest === 'now';
    });
  });

  it('follows a changed spec, and takes away the keys and metadata that it no longer asks for', async () => {
    const name = 'respec';
    const secretId = world.unique(name);
    await west().create(secretId, '{"a":"1","b":"2"}');
    await world.applyAwsSecret(name, {
      dataFrom: [{ secretId }],
      target: { metadata: { annotations: { old: 'x' }, labels: { old: 'x' } } },
    });
    await world.expectSecret(name, { a: '1', b: '2' });
    await world.kube.patch(world.path('awssecrets', name), {
      spec: {
        dataFrom: null,
        data: [{ key: 'only', secretId, property: 'b' }],
        target: { metadata: { annotations: null, labels: null } },
      },
    });
    const secret = await world.expectSecret(name, { only: '2' });
    const { metadata } = await until('old metadata is gone', { timeoutMs: 5_000 }, async () => {
      const live = (await world.secret(name)) ?? secret;
      return !('old' in (live.metadata.labels ?? {})) && live;
    });
    expect(Object.keys(metadata.annotations ?? {})).not.toContain('old');
  });

  it('stands still while suspended, and goes on after', async () => {
    const name = 'suspended';
    const secretId = world.unique(name);
    await west().create(secretId, '{"v":"1"}');
    await world.applyAwsSecret(name, { suspend: true, dataFrom: [{ secretId }] });
    await world.expectCondition(name, 'Ready', 'Unknown', 'Suspended');
    expect(await world.secret(name)).toBeUndefined();
    await world.kube.patch(world.path('awssecrets', name), { spec: { suspend: false } });
    await world.expectSecret(name, { v: '1' });
  });

  it('after a restart asks for versions only, and writes nothing', async () => {
    const name = 'restarted';
    const secretId = world.unique(name);
    await west().create(secretId, JSON.stringify({ v: randomBytes(8).toString('hex') }));
    await world.applyAwsSecret(name, { dataFrom: [{ secretId }] });
    const before = await world.expectSynced(name);
    const secret = await world.secret(name);
    await world.stopOperator();
    const restartedAt = world.faults.calls.length;
    await world.restartOperator();
    await until('versions were checked', { timeoutMs: 20_000 }, () =>
      world.faults.calls.slice(restartedAt).some(({ verb }) => verb === 'ListSecrets'),
    );
    const values = ['GetSecretValue', 'BatchGetSecretValue'].map(operation => calls(operation, secretId));
    expect(
      values.reduce((sum, count) => sum + count),
      'one read, before the restart',
    ).toBe(1);
    expect((await world.secret(name))?.metadata.resourceVersion).toBe(secret?.metadata.resourceVersion);
    expect((await world.awsSecret(name)).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });
});

import { expect, test } from 'vitest';
import { aWorkload } from '../../../test/support/builders.ts';
import { answered, fakeTransport, refused } from '../../../test/support/fake-transport.ts';
import type { Transport } from '../transport/transport.ts';
import { createSecretUsers, namesSecret } from './secret-users.ts';

const KEY = { namespace: 'shop', name: 'payments' };
const container = { name: 'main', image: 'x' };

const specs: readonly { readonly why: string; readonly spec: object; readonly names: boolean }[] = [
  { why: 'nothing', spec: { containers: [container] }, names: false },
  {
    why: 'a variable',
    spec: {
      containers: [{ ...container, env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'payments', key: 'a' } } }] }],
    },
    names: true,
  },
  {
    why: 'all variables',
    spec: { initContainers: [{ ...container, envFrom: [{ secretRef: { name: 'payments' } }] }] },
    names: true,
  },
  {
    why: 'a volume, mounted or not: the pod waits for it',
    spec: { volumes: [{ name: 'v', secret: { secretName: 'payments' } }] },
    names: true,
  },
  {
    why: 'a projected volume',
    spec: { volumes: [{ name: 'v', projected: { sources: [{ secret: { name: 'payments' } }] } }] },
    names: true,
  },
  { why: 'a pull secret', spec: { imagePullSecrets: [{ name: 'other' }, { name: 'payments' }] }, names: true },
  {
    why: 'a CSI volume',
    spec: { volumes: [{ name: 'v', csi: { nodePublishSecretRef: { name: 'payments' } } }] },
    names: true,
  },
  {
    why: 'an Azure file share',
    spec: { volumes: [{ name: 'v', azureFile: { secretName: 'payments' } }] },
    names: true,
  },
  { why: 'a container of that name', spec: { containers: [{ ...container, name: 'payments' }] }, names: false },
  {
    why: 'a ConfigMap of that name',
    spec: { containers: [{ ...container, envFrom: [{ configMapRef: { name: 'payments' } }] }] },
    names: false,
  },
  {
    why: 'a key of that name',
    spec: { containers: [{ env: [{ valueFrom: { secretKeyRef: { name: 'x', key: 'payments' } } }] }] },
    names: false,
  },
  { why: 'a longer name', spec: { imagePullSecrets: [{ name: 'payments-2' }] }, names: false },
];

for (const { why, spec, names } of specs) {
  test(`a pod that has ${why} ${names ? 'names' : 'does not name'} the Secret`, () => {
    expect(namesSecret(spec, 'payments')).toBe(names);
  });
}

const none = { usingSecret: () => [] };

test('a workload is found in the cache, without a call', () => {
  const { transport, calls } = fakeTransport();
  const users = createSecretUsers(transport, { usingSecret: () => [aWorkload()] });
  expect(users.workload(KEY)).toBe('Deployment app');
  expect(createSecretUsers(transport, none).workload(KEY)).toBeUndefined();
  expect(calls).toEqual([]);
});

const pod = (name: string, secret: string) => ({ metadata: { name }, spec: { imagePullSecrets: [{ name: secret }] } });
const page = (items: readonly object[], next?: string) => answered({ metadata: { continue: next }, items });

test('pods are read page by page, up to the first that names it, and only those that are not over', async () => {
  const { transport, calls } = fakeTransport(page([pod('a', 'x')], 'next'), page([pod('b', 'payments')], 'more'));
  expect(await createSecretUsers(transport, none).find(KEY)).toEqual({ ok: true, value: 'Pod b' });
  expect(calls.map(({ path }) => path)).toEqual(['/api/v1/namespaces/shop/pods', '/api/v1/namespaces/shop/pods']);
  expect(calls[1]?.query).toMatchObject({
    continue: 'next',
    fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed',
  });
});

const podSpec = { containers: [], volumes: [{ csi: { driver: 'x', nodePublishSecretRef: { name: 'payments' } } }] };
const makers: readonly {
  readonly why: string;
  readonly plural: string;
  readonly object: object;
  readonly is: string | undefined;
}[] = [
  {
    why: 'a Deployment that is scaled to nothing',
    plural: 'deployments',
    object: { metadata: { name: 'app' }, spec: { replicas: 0, template: { spec: podSpec } } },
    is: 'Deployment app',
  },
  {
    why: 'a CronJob whose time has not come',
    plural: 'cronjobs',
    object: { metadata: { name: 'nightly' }, spec: { jobTemplate: { spec: { template: { spec: podSpec } } } } },
    is: 'CronJob nightly',
  },
  {
    why: 'a Job that is complete uses it no more',
    plural: 'jobs',
    object: {
      metadata: { name: 'once' },
      spec: { template: { spec: podSpec } },
      status: { completionTime: '2030-01-01T00:00:00Z' },
    },
    is: undefined,
  },
];
for (const { why, plural, object, is } of makers) {
  test(`what makes pods is read too: ${why}`, async () => {
    const { transport } = fakeTransport();
    const answers: Transport = {
      ...transport,
      call: async ({ path }) => ({
        ok: true,
        value: { metadata: {}, items: path.endsWith(`/${plural}`) ? [object] : [] },
      }),
    };
    expect(await createSecretUsers(answers, none).find(KEY)).toEqual({ ok: true, value: is });
  });
}

test('a kind that the cluster does not have is used by nobody; one that must be there is not passed over', async () => {
  const missing = (plural: string): Transport => ({
    ...fakeTransport().transport,
    call: async ({ path }) =>
      path.endsWith(`/${plural}`)
        ? { ok: false, error: { status: 404, reason: 'NotFound', fields: [], causes: [] } }
        : { ok: true, value: { metadata: {}, items: [] } },
  });
  expect(await createSecretUsers(missing('rollouts'), none).find(KEY)).toEqual({ ok: true, value: undefined });
  expect(await createSecretUsers(missing('deployments'), none).find(KEY)).toMatchObject({ ok: false });
});

test('nobody names it', async () => {
  const empty = Array.from({ length: 6 }, () => page([]));
  const { transport } = fakeTransport(page([pod('a', 'x'), { metadata: { name: 'b' } }]), ...empty);
  expect(await createSecretUsers(transport, none).find(KEY)).toEqual({ ok: true, value: undefined });
});

test('pods that cannot be listed are no proof that there are none', async () => {
  const { transport } = fakeTransport(page([pod('a', 'x')], 'next'), refused(403, 'Forbidden'));
  const answer = await createSecretUsers(transport, none).find(KEY);
  expect(answer).toMatchObject({
    ok: false,
    error: { reason: 'WriteRefused', message: expect.stringContaining('list pods') },
  });
});

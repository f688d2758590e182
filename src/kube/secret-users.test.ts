import { expect, test } from 'vitest';
import { aWorkload } from '../../test/support/builders.ts';
import { answered, fakeTransport, refused } from '../../test/support/fake-transport.ts';
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
  expect(await createSecretUsers(transport, none).pod(KEY)).toEqual({ ok: true, value: 'Pod b' });
  expect(calls.map(({ path }) => path)).toEqual(['/api/v1/namespaces/shop/pods', '/api/v1/namespaces/shop/pods']);
  expect(calls[1]?.query).toMatchObject({
    continue: 'next',
    fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed',
  });
});

test('no pod names it', async () => {
  const { transport } = fakeTransport(page([pod('a', 'x'), { metadata: { name: 'b' } }]));
  expect(await createSecretUsers(transport, none).pod(KEY)).toEqual({ ok: true, value: undefined });
});

test('pods that cannot be listed are no proof that there are none', async () => {
  const { transport } = fakeTransport(page([pod('a', 'x')], 'next'), refused(403, 'Forbidden'));
  const answer = await createSecretUsers(transport, none).pod(KEY);
  expect(answer).toMatchObject({
    ok: false,
    error: { reason: 'WriteRefused', message: expect.stringContaining('list pods') },
  });
});

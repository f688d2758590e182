import { describe, expect, inject, it, onTestFinished } from 'vitest';
import type { ServiceAccounts } from '../../src/controller/runtime/ports.ts';
import { createServiceAccounts } from '../../src/kube/service-accounts.ts';
import { connectTransport, createKubeAdmin, type KubeAdmin, type KubeObject } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import { applyPrintedRole } from '../support/printed-role.ts';

const WAIT = { timeoutMs: 20_000 } as const;
const ROLE = 'arn:aws:iam::111122223333:role/payments';
/** Namespace `name` with ServiceAccounts `payments` and `other`, and an operator that has no rights but every user's. */
async function createScene(name: string) {
  const kube: KubeAdmin = createKubeAdmin(inject('kube'));
  const operators = `${name}-ops`;
  for (const namespace of [name, operators]) await kube.create('/api/v1/namespaces', { metadata: { name: namespace } });
  const accounts = (namespace: string): string => `/api/v1/namespaces/${namespace}/serviceaccounts`;
  const annotations = { 'eks.amazonaws.com/role-arn': ROLE };
  await kube.create(accounts(name), { metadata: { name: 'payments', annotations } });
  await kube.create(accounts(name), { metadata: { name: 'other' } });
  await kube.create(accounts(operators), { metadata: { name: 'secrets-operator' } });
  const given = await kube.create<KubeObject & { readonly status: { readonly token: string } }>(
    `${accounts(operators)}/secrets-operator/token`,
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3_600 } },
  );
  const transport = await connectTransport({ ...inject('kube'), token: given.status.token });
  onTestFinished(() => transport.close());
  return {
    kube,
    serviceAccounts: createServiceAccounts(transport),
    of: (account: string) => ({ namespace: name, name: account }),
  };
}

const messageOf = async (asked: ReturnType<ServiceAccounts['token' | 'annotatedRole']>): Promise<string> => {
  const result = await asked;
  expect(result).toMatchObject({ ok: false, error: { reason: 'ServiceAccountTokenRefused', retry: 'content' } });
  return result.ok ? '' : result.error.message;
};

describe('an operator that may not ask for tokens', () => {
  it('prints the Role that it lacks, and gets what it needs by applying exactly that, and nothing more', async () => {
    const { kube, serviceAccounts, of } = await createScene('tokens');
    const payments = of('payments');
    const message = await messageOf(serviceAccounts.token(payments));
    expect((await messageOf(serviceAccounts.annotatedRole(payments))).split('{')[1]).toBe(message.split('{')[1]);
    await applyPrintedRole(kube, message);
    const token = await until('it may ask', WAIT, async () => {
      const given = await serviceAccounts.token(payments);
      return given.ok && given.value;
    });
    expect(await serviceAccounts.annotatedRole(payments)).toEqual({ ok: true, value: ROLE });
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ aud: ['sts.amazonaws.com'], sub: 'system:serviceaccount:tokens:payments' });
    expect(claims.exp - claims.iat).toBe(600);
    for (const name of ['other', 'secrets-operator']) await messageOf(serviceAccounts.token(of(name)));
    await messageOf(serviceAccounts.annotatedRole(of('other')));
    await messageOf(serviceAccounts.token({ namespace: 'tokens-ops', name: 'payments' }));
  });

  it('is told that a ServiceAccount is not there once it may know', async () => {
    const { kube, serviceAccounts, of } = await createScene('tokens-gone');
    await applyPrintedRole(kube, await messageOf(serviceAccounts.token(of('gone'))));
    for (const method of ['token', 'annotatedRole'] as const) {
      const message = await until('it may know', WAIT, async () => {
        const result = await serviceAccounts[method](of('gone'));
        return !result.ok && result.error.reason === 'CredentialsUnavailable' && result.error.message;
      });
      expect(message).toContain('no ServiceAccount "gone" in namespace tokens-gone');
    }
  });
});

import { expect, test } from 'vitest';
import { answered, fakeTransport, refused } from '../../test/support/fake-transport.ts';
import { kubeError } from './error.ts';
import { createServiceAccounts } from './service-accounts.ts';

const PAYMENTS = { namespace: 'shop', name: 'payments' };
const PATH = '/api/v1/namespaces/shop/serviceaccounts/payments';
const forbidden = refused(403, 'Forbidden');
const self = (username: unknown) => answered({ status: { userInfo: { username } } });
const account = (annotations?: object) =>
  answered({ metadata: { name: 'payments', ...(annotations && { annotations }) } });

test('the role is what the annotation holds', async () => {
  const arn = 'arn:aws:iam::111122223333:role/payments';
  const { transport, calls } = fakeTransport(account({ 'eks.amazonaws.com/role-arn': arn }));
  expect(await createServiceAccounts(transport).annotatedRole(PAYMENTS)).toEqual({ ok: true, value: arn });
  expect(calls).toMatchObject([{ method: 'GET', path: PATH }]);
});

for (const annotations of [undefined, {}, { other: 'x' }]) {
  test(`no role is no failure here: annotations ${JSON.stringify(annotations)}`, async () => {
    const { transport } = fakeTransport(account(annotations));
    expect(await createServiceAccounts(transport).annotatedRole(PAYMENTS)).toEqual({ ok: true, value: undefined });
  });
}

test('the token is for AWS alone, for minutes, and bound to nothing', async () => {
  const { transport, calls } = fakeTransport(answered({ status: { token: 'jwt' } }));
  expect(await createServiceAccounts(transport).token(PAYMENTS)).toEqual({ ok: true, value: 'jwt' });
  expect(calls).toMatchObject([{ method: 'POST', path: `${PATH}/token` }]);
  expect(calls[0]?.body).toEqual({
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences: ['sts.amazonaws.com'], expirationSeconds: 600 },
  });
});

const hooked = {
  ok: false,
  error: kubeError(403, { message: 'admission webhook "w.example.com" denied the request: hunter2' }, undefined),
} as const;
const failures = [
  {
    why: 'there is no such ServiceAccount',
    answer: refused(404, 'NotFound'),
    reason: 'CredentialsUnavailable',
    retry: 'content',
    says: ['no ServiceAccount "payments" in namespace shop', '`auth.serviceAccountName`'],
  },
  {
    why: 'a right is missing',
    answer: forbidden,
    reason: 'ServiceAccountTokenRefused',
    retry: 'content',
    says: ['ServiceAccount "payments"', 'kubectl apply -f -', '"resourceNames":["payments"]'],
  },
  {
    why: 'a webhook refuses, which no Role would mend',
    answer: hooked,
    reason: 'WriteRefused',
    retry: 'content',
    says: ['ServiceAccount "payments" in namespace shop', 'w.example.com'],
  },
  {
    why: 'the namespace goes, which no Role would mend either',
    answer: refused(403, 'Forbidden', { causes: [{ reason: 'NamespaceTerminating' }] }),
    reason: 'NamespaceTerminating',
    retry: 'content',
    says: ['ServiceAccount "payments"', 'being deleted'],
  },
  {
    why: 'the API server is away',
    answer: refused(0, 'NoAnswer'),
    reason: 'ApiServerUnavailable',
    retry: 'transient',
    says: ['ServiceAccount "payments" in namespace shop'],
  },
];

for (const { why, answer, reason, retry, says } of failures) {
  for (const method of ['annotatedRole', 'token'] as const) {
    test(`${method} → ${reason}: ${why}`, async () => {
      const { transport } = fakeTransport(answer, self('system:serviceaccount:ops:secrets-operator'));
      const result = await createServiceAccounts(transport)[method](PAYMENTS);
      expect(result).toMatchObject({ ok: false, error: { reason, retry } });
      const message = result.ok ? '' : result.error.message;
      for (const words of says) expect(message).toContain(words);
      expect(message).not.toContain('hunter2');
    });
  }
}

test('an answer without a token is none', async () => {
  for (const body of [{}, { status: {} }, { status: { token: '' } }, { status: { token: 7 } }]) {
    const { transport } = fakeTransport(answered(body));
    const result = await createServiceAccounts(transport).token(PAYMENTS);
    expect(result).toMatchObject({ ok: false, error: { reason: 'ApiServerUnavailable', retry: 'transient' } });
  }
});

const manifestIn = (message: string): unknown => JSON.parse(message.slice(message.indexOf('{')));

test('the message holds exactly the Role that is missing, for who we are, and for this ServiceAccount alone', async () => {
  const { transport, calls } = fakeTransport(forbidden, self('system:serviceaccount:ops:secrets-operator'), forbidden);
  const accounts = createServiceAccounts(transport);
  const result = await accounts.token(PAYMENTS);
  const metadata = { name: 'secrets-operator-token-payments', namespace: 'shop' };
  expect(manifestIn(result.ok ? '' : result.error.message)).toEqual({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata,
        rules: [
          { apiGroups: [''], resources: ['serviceaccounts'], resourceNames: ['payments'], verbs: ['get'] },
          { apiGroups: [''], resources: ['serviceaccounts/token'], resourceNames: ['payments'], verbs: ['create'] },
        ],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'secrets-operator-token-payments' },
        subjects: [{ kind: 'ServiceAccount', namespace: 'ops', name: 'secrets-operator' }],
      },
    ],
  });
  await accounts.token(PAYMENTS);
  expect(
    calls.filter(({ path }) => path.endsWith('/selfsubjectreviews')),
    'it is asked who we are once',
  ).toHaveLength(1);
});

const selves = [
  { why: 'a person at a desk', answer: self('jane@example.com'), kind: 'User', name: 'jane@example.com' },
  { why: 'a Kubernetes that does not tell', answer: refused(404, 'NotFound'), kind: 'ServiceAccount', name: /^<.*>$/ },
  { why: 'an answer that holds no name', answer: self(undefined), kind: 'ServiceAccount', name: /^<.*>$/ },
  { why: 'a name that would break the line', answer: self('a\nb'), kind: 'ServiceAccount', name: /^<.*>$/ },
];

for (const { why, answer, kind, name } of selves) {
  test(`the binding is for a ${kind}: ${why}`, async () => {
    const { transport } = fakeTransport(forbidden, answer);
    const result = await createServiceAccounts(transport).token(PAYMENTS);
    const manifest = manifestIn(result.ok ? '' : result.error.message) as {
      readonly items: readonly { readonly subjects?: readonly { readonly kind: string; readonly name: string }[] }[];
    };
    const subject = manifest.items[1]?.subjects?.[0];
    expect(subject?.kind).toBe(kind);
    expect(subject?.name).toMatch(name);
  });
}

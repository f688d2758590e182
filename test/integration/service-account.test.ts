import { describe, expect, inject, it, onTestFinished } from 'vitest';
import type { AwsSecretStatus } from '../../src/crds/aws-secret.ts';
import type { Call } from '../support/fault-proxy/call.ts';
import { awsError } from '../support/fault-proxy/fault.ts';
import { until } from '../support/poll.ts';
import { applyPrintedRole } from '../support/printed-role.ts';
import { type Limited, useLimits } from './limited-operator.ts';

const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const messageOf = (status: AwsSecretStatus | undefined): string =>
  status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? '';
const bodyOf = (call: Call | undefined) => Object.fromEntries(new URLSearchParams(call?.body ?? ''));
const claimsOf = (token: string | undefined) =>
  JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString() || '{}') as Readonly<
    Record<string, unknown>
  >;

describe('an AwsSecret with an identity of its own', () => {
  const limits = useLimits(() => ({ ...inject('kube'), auditLog: inject('auditLog') }));
  /** Calls of STS that name a role of this test. */
  const exchanges = (roleArn: string) =>
    limits.faults.calls.filter(({ resource, name }) => resource === 'sts' && name === roleArn);

  const account = async ({ kube, namespace }: Limited, name: string, roleArn: string): Promise<void> => {
    const annotations = { 'eks.amazonaws.com/role-arn': roleArn };
    await kube.create(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name, annotations } });
  };
  const refreshUntilSynced = async ({ work, awsSecret }: Limited, name: string): Promise<void> => {
    let count = 0;
    await until(`${name} is synced`, { timeoutMs: 30_000, intervalMs: 500 }, async () => {
      count += 1;
      await work.refresh(name, String(count));
      const { status } = await awsSecret(name);
      return status?.conditions?.some(({ type, reason }) => type === 'Ready' && reason === 'Synced');
    });
  };

  it('says which Role is missing, and reads as its ServiceAccount once exactly that is applied', async () => {
    const limited = await limits.start(inject('rbac'));
    const { kube, namespace, aws, unique } = limited;
    await account(limited, 'payments', role('payments-1'));
    for (const name of ['a', 'b']) {
      await aws.create(unique(name), JSON.stringify({ of: name }));
      const auth = { serviceAccountName: 'payments' };
      await limited.applyAwsSecret(name, { auth, dataFrom: [{ secretId: unique(name) }] });
    }
    const { status } = await limited.expectCondition('a', 'Ready', 'False', 'ServiceAccountTokenRefused');
    expect(exchanges(role('payments-1'))).toEqual([]);
    await applyPrintedRole(kube, messageOf(status));
    for (const name of ['a', 'b']) {
      await refreshUntilSynced(limited, name);
      await limited.expectSecret(name, { of: name });
    }
    const [exchange, ...more] = exchanges(role('payments-1'));
    expect(more, 'one session for both').toEqual([]);
    const { WebIdentityToken } = bodyOf(exchange);
    const sub = `system:serviceaccount:${namespace}:payments`;
    expect(claimsOf(WebIdentityToken)).toMatchObject({ aud: ['sts.amazonaws.com'], sub });
    const reads = limits.faults.calls.filter(
      call => call.resource === 'secretsmanager' && call.body.includes(unique('')),
    );
    expect(
      reads.filter(({ accessKey }) => accessKey === 'operator'),
      'the operator itself reads none of it',
    ).toEqual([]);
    expect(reads.length).toBeGreaterThan(0);
  });

  it('assumes its roles in turn, each with its external id, its tags and ours, none of which is transitive', async () => {
    const limited = await limits.start(inject('rbac'), { flags: ['--cluster-name=prod-1'] });
    const { namespace, aws, unique } = limited;
    await aws.create(unique('a'), '{"v":"1"}');
    const assumeRoles = [
      { roleArn: role('first'), externalId: 'shop-prod', sessionTags: { team: 'shop' } },
      { roleArn: role('second') },
    ];
    await limited.applyAwsSecret('a', { auth: { assumeRoles }, dataFrom: [{ secretId: unique('a') }] });
    await limited.expectSynced('a');
    const [[first], [second]] = [exchanges(role('first')), exchanges(role('second'))];
    expect([first?.verb, second?.verb]).toEqual(['AssumeRole', 'AssumeRole']);
    const tagsOf = (call: Call | undefined) => {
      const body = bodyOf(call);
      const keys = Object.keys(body).filter(key => /^Tags\.member\.\d+\.Key$/.test(key));
      return Object.fromEntries(keys.map(key => [body[key], body[key.replace('Key', 'Value')]]));
    };
    const ours = { 'secrets-operator/namespace': namespace, 'secrets-operator/cluster': 'prod-1' };
    expect(bodyOf(first)).toMatchObject({ ExternalId: 'shop-prod' });
    expect(tagsOf(first)).toEqual({ team: 'shop', ...ours });
    expect(tagsOf(second)).toEqual(ours);
    expect(`${first?.body} ${second?.body}`).not.toMatch(/TransitiveTagKeys|kubernetes-/);
  });

  it('shares no session with another namespace, nor with an AwsSecret that asks for more', async () => {
    const [one, other] = [await limits.start(inject('rbac')), await limits.start(inject('rbac'))];
    const assumeRoles = [{ roleArn: role('shared') }];
    for (const { aws, unique, applyAwsSecret, expectSynced } of [one, other]) {
      await aws.create(unique('a'), '{"v":"1"}');
      await applyAwsSecret('a', { auth: { assumeRoles }, dataFrom: [{ secretId: unique('a') }] });
      await expectSynced('a');
    }
    const auth = { assumeRoles: [{ ...assumeRoles[0], externalId: 'more' }] };
    await one.applyAwsSecret('b', { auth, dataFrom: [{ secretId: one.unique('a') }] });
    await one.expectSynced('b');
    const signers = [one, other].map(({ unique }) => {
      const reads = limits.faults.calls.filter(
        ({ resource, body }) => resource === 'secretsmanager' && body.includes(unique('a')),
      );
      return new Set(reads.map(({ accessKey }) => accessKey).filter(key => key !== 'operator'));
    });
    expect(signers.map(({ size }) => size)).toEqual([2, 1]);
    expect([...(signers[0] ?? [])].filter(signer => signers[1]?.has(signer))).toEqual([]);
  });

  const refusals = [
    {
      why: 'the role does not trust it',
      prepare: async (limited: Limited) => account(limited, 'payments', role('untrusting')),
      says: [role('untrusting'), 'sts:AssumeRoleWithWebIdentity', ':payments"'],
    },
    {
      why: 'it names no role',
      prepare: async ({ kube, namespace }: Limited) => {
        await kube.create(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'payments' } });
      },
      says: ['names no role', 'eks.amazonaws.com/role-arn', '`auth.roleArn`'],
    },
    { why: 'it is not there', prepare: async () => undefined, says: ['no ServiceAccount "payments"'] },
  ];
  for (const { why, prepare, says } of refusals) {
    it(`says so where a ServiceAccount cannot be used: ${why}`, async () => {
      const isRefused = (call: Call): boolean => call.name === role('untrusting');
      const heal = limits.faults.inject(awsError('AccessDenied', 403), isRefused);
      onTestFinished(() => heal());
      const limited = await limits.start(inject('rbac'));
      const { aws, unique, kube } = limited;
      await prepare(limited);
      await aws.create(unique('a'), '{"v":"1"}');
      const auth = { serviceAccountName: 'payments' };
      await limited.applyAwsSecret('a', { auth, dataFrom: [{ secretId: unique('a') }] });
      const refused = await limited.expectCondition('a', 'Ready', 'False', 'ServiceAccountTokenRefused');
      await applyPrintedRole(kube, messageOf(refused.status));
      await limited.work.refresh('a', 'now');
      const { status } = await limited.expectCondition('a', 'Ready', 'False', 'CredentialsUnavailable');
      for (const words of says) expect(messageOf(status)).toContain(words);
    });
  }
});

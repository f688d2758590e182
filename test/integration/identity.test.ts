import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { createAwsAdmin } from '../support/aws-admin.ts';
import type { Call } from '../support/fault-proxy/call.ts';
import { awsError, expiredToken } from '../support/fault-proxy/fault.ts';
import type { Fault } from '../support/fault-proxy/fault-types.ts';
import { createKubeAdmin } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import { objectsIn } from './objects.ts';
import { REGION, startReplica } from './replica.ts';
import { startStrictAws } from './strict-aws.ts';
import { createWallClock } from './wall-clock.ts';

const WAIT = { timeoutMs: 30_000 } as const;
const HOUR = 3_600_000;
const ROLE = 'arn:aws:iam::123456789012:role/secrets-operator';
const isExchange = ({ verb }: Call): boolean => verb === 'AssumeRoleWithWebIdentity';
const isRead = ({ resource, target }: Call): boolean => target !== 'kube' && resource === 'secretsmanager';

/** A namespace whose operator has a web identity, as IRSA gives it to a pod, and no other credentials. */
async function createScene(namespace: string) {
  const kube = createKubeAdmin(inject('kube'));
  const aws = createAwsAdmin(inject('moto')[REGION], REGION);
  await kube.create('/api/v1/namespaces', { metadata: { name: namespace } });
  const objects = objectsIn(namespace, kube);
  const folder = await mkdtemp(path.join(tmpdir(), 'so-token-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'token');
  const env = { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: ROLE };
  return {
    objects,
    env,
    writeToken: (token: string) => writeFile(file, token),
    removeToken: () => rm(file, { force: true }),
    async sync(...names: readonly string[]): Promise<void> {
      for (const name of names) {
        await aws.create(`${namespace}/${name}`, JSON.stringify({ of: name }));
        await objects.applyAwsSecret(name, { dataFrom: [{ secretId: `${namespace}/${name}` }] });
      }
    },
  };
}
const tokenOf = (call: Call | undefined): string | null =>
  new URLSearchParams(call?.body ?? '').get('WebIdentityToken');

describe('a session that is no longer good', () => {
  it('is replaced at once, by the token that the file holds now, and nobody is told', async () => {
    const { objects, env, writeToken, sync } = await createScene('identity-expired');
    await writeToken('first-token');
    const { proxy } = await startReplica({ namespace: objects.namespace, env });
    await sync('a');
    await objects.expectSynced('a');
    expect(tokenOf(proxy.calls.find(isExchange))).toBe('first-token');
    const first = proxy.calls.find(isRead)?.accessKey;
    await writeToken('second-token');
    proxy.inject(expiredToken(), call => isRead(call) && call.accessKey === first);

    const names = Array.from({ length: 10 }, (_, index) => `b-${index}`);
    await sync(...names);
    for (const name of names) await objects.expectSynced(name);
    const exchanges = proxy.calls.filter(isExchange);
    expect(exchanges.map(tokenOf)).toEqual(['first-token', 'second-token']);
    for (const name of names) expect(await objects.events(name)).toEqual([]);
  });
});

describe('an identity that does not work', () => {
  const rows: readonly { readonly why: string; readonly fault: Fault | undefined; readonly says: string }[] = [
    { why: 'the role does not trust us', fault: awsError('AccessDenied', 403), says: 'AccessDenied' },
    {
      why: 'its OIDC provider was deleted',
      fault: awsError('InvalidIdentityToken'),
      says: 'InvalidIdentityTokenException',
    },
    { why: 'the token has expired', fault: awsError('ExpiredTokenException'), says: 'ExpiredTokenException' },
    { why: 'the claim is refused', fault: awsError('IDPRejectedClaim', 403), says: 'IDPRejectedClaimException' },
    { why: 'the token file is missing', fault: undefined, says: 'ENOENT' },
  ];
  for (const [index, { why, fault, says }] of rows.entries()) {
    it(`is told by its cause, asked for ever more rarely, and works once it is mended: ${why}`, async () => {
      const { objects, env, writeToken, sync } = await createScene(`identity-${index}`);
      if (fault !== undefined) await writeToken('token');
      const { proxy, output } = await startReplica({ namespace: objects.namespace, env });
      const heal = fault && proxy.inject(fault, isExchange);
      const names = ['a', 'b', 'c', 'd', 'e'];
      await sync(...names);
      for (const name of names) {
        const { status } = await objects.expectCondition(name, 'Ready', 'False', 'CredentialsUnavailable');
        expect(status?.conditions?.[0]?.message).toBe(
          `no AWS credentials (${says}); see the operator's role, its trust policy and its ServiceAccount`,
        );
      }
      const failures = () => output().split('"sync failed"').length - 1;
      await until('each has failed three times', WAIT, () => failures() >= 3 * names.length);
      // A refusal is held for a second: what fails together asks together.
      expect(proxy.calls.filter(isExchange).length).toBeLessThanOrEqual(failures());
      expect(proxy.calls.filter(isRead)).toEqual([]);
      heal?.();
      await writeToken('token');
      for (const name of names) {
        await objects.expectSecret(name, { of: name });
        await objects.expectSynced(name);
      }
      expect((await objects.events('a')).map(({ reason }) => reason)).toEqual(['CredentialsUnavailable', 'Synced']);
    });
  }
});

it('an identity provider that STS cannot reach for a while is nobody’s mistake: it passes', async () => {
  const { objects, env, writeToken, sync } = await createScene('identity-unreached');
  await writeToken('token');
  const { proxy } = await startReplica({ namespace: objects.namespace, env });
  const heal = proxy.inject(awsError('IDPCommunicationError'), isExchange);
  await sync('a');
  const { status } = await objects.expectCondition('a', 'Ready', 'Unknown', 'Unavailable');
  expect(status?.conditions?.[0]?.message).toContain('STS did not answer (IDPCommunicationErrorException)');
  heal();
  await objects.expectSecret('a', { of: 'a' });
  await objects.expectSynced('a');
});

describe('a clock that is wrong by hours', () => {
  for (const hours of [6, -6]) {
    const name = `identity-${hours > 0 ? 'ahead' : 'behind'}`;
    it(`${hours} hours: AWS's own is taken after one refusal, and STS is not asked for each call`, async () => {
      const { objects, env, writeToken, sync } = await createScene(name);
      await writeToken('token');
      const strict = await startStrictAws(inject('moto')[REGION]);
      const clock = await createWallClock();
      await clock.set(hours * HOUR);
      const { proxy } = await startReplica({
        namespace: objects.namespace,
        env: { ...env, AWS_ENDPOINT_URL_SECRETS_MANAGER: strict.url },
        nodeFlags: clock.nodeFlags,
      });
      const names = Array.from({ length: 10 }, (_, index) => `a-${index}`);
      await sync(...names);
      for (const each of names) {
        await objects.expectSecret(each, { of: each });
        await objects.expectSynced(each);
        expect(await objects.events(each)).toEqual([]);
      }
      expect(strict.refused).toBeGreaterThan(0);
      expect(strict.refused, 'those that were under way together').toBeLessThanOrEqual(names.length);
      expect(proxy.calls.filter(isExchange)).toHaveLength(1);
    });
  }
});

import { expect, test } from 'vitest';
import { expectedWay, hop, identitiesWorld, REGIONS, role } from '../../../test/support/identities-world.ts';
import type { StsFault } from '../../../test/support/sts-server.ts';
import type { Identity } from '../../controller/aws-secret/ports.ts';
import { fail } from '../../controller/runtime/error.ts';

const MINUTE = 60_000;
const account: Identity = { namespace: 'shop', serviceAccountName: 'a', assumeRoles: [] };

const annotations = [
  { value: undefined, says: 'names no role', why: 'it has no annotation' },
  { value: 'hunter2', says: 'is no ARN of an IAM role', why: 'what is written there is no role, and not told' },
];

for (const { value, says, why } of annotations) {
  test(`no token is made for a ServiceAccount without a role: ${why}`, async () => {
    const { kube, failure, west } = await identitiesWorld();
    kube.roles.set('shop/a', value);
    const told = await failure(account);
    expect(told).toMatchObject({ reason: 'CredentialsUnavailable', retry: 'content' });
    expect(told.message).toContain(
      `ServiceAccount "a" of namespace shop ${says === 'names no role' ? says : 'has an'}`,
    );
    expect(told.message).toContain('`auth.roleArn`');
    expect(told.message).not.toContain('hunter2');
    expect([kube.asked, west.calls]).toEqual([['role shop/a'], []]);
  });
}

test('what the API server refuses is told in its words, also at the end of a chain, and mends itself', async () => {
  const { clock, kube, failure, way } = await identitiesWorld();
  const refusal = fail('ServiceAccountTokenRefused', 'content', 'apply this Role');
  kube.refuse(refusal);
  const chained = { ...account, assumeRoles: [hop('x'), hop('y')] };
  for (const identity of [account, chained]) expect(await failure(identity)).toEqual(refusal.error);
  expect(kube.asked, 'a failure is held for a second').toEqual(['role shop/a']);
  kube.refuse(undefined);
  clock.advance(1_000);
  expect(await way(chained)).toBe(expectedWay(chained));
});

test('an identity that there cannot be asks nobody', async () => {
  const { kube, failure, west } = await identitiesWorld();
  for (const identity of [
    { namespace: 'shop', roleArn: role('x'), assumeRoles: [] },
    { namespace: 'shop', serviceAccountName: '..', assumeRoles: [] },
    { namespace: 'shop', assumeRoles: [hop('x', { sessionTags: { 'Kubernetes-namespace': 'ops' } })] },
  ]) {
    expect(await failure(identity)).toMatchObject({ reason: 'InvalidSpec', retry: 'terminal' });
  }
  expect([kube.asked, west.calls]).toEqual([[], []]);
});

const refusals = [
  { why: 'the token', identity: account, role: 'a', says: 'does not trust ServiceAccount "a"' },
  { why: 'the first role', identity: { ...account, assumeRoles: [hop('x')] }, role: 'x', says: 'may not assume role' },
  {
    why: 'the second role',
    identity: { ...account, assumeRoles: [hop('x'), hop('y')] },
    role: 'y',
    says: `role ${role('x')} may not assume role ${role('y')}`,
  },
];

for (const { why, identity, role: denied, says } of refusals) {
  test(`the failure tells which step was refused: ${why}`, async () => {
    const { failure } = await identitiesWorld({ denied: role(denied) });
    const told = await failure(identity);
    expect(told).toMatchObject({ reason: 'CredentialsUnavailable', retry: 'content' });
    expect(told.message).toContain(says);
    expect(told.message).not.toContain('hunter2');
  });
}

test('a hung STS costs its deadline, once for all who ask, and the next region answers', async () => {
  const faults: Record<string, StsFault> = { [REGIONS[0]]: 'hang' };
  const { clock, west, way, counted } = await identitiesWorld({ faults });
  const asked = Promise.all([way(account), way(account), way(account)]);
  await west.called(1);
  clock.advance(5_999);
  expect(counted).toEqual([]);
  clock.advance(1);
  expect(await asked).toEqual(Array(3).fill(expectedWay(account)));
  const outcomes = [
    'AssumeRoleWithWebIdentity eu-west-1 Unavailable',
    'AssumeRoleWithWebIdentity eu-central-1 success',
  ];
  expect(counted).toEqual(outcomes);
  expect(clock.timers).toBe(0);
});

test('with STS away everywhere it is nobody’s mistake, and the old session is used while it is good', async () => {
  const faults: Record<string, StsFault> = {};
  const { clock, failure, keyOf } = await identitiesWorld({ faults });
  const chained = { ...account, assumeRoles: [hop('x')] };
  const before = await keyOf(chained);
  for (const region of REGIONS) faults[region] = { code: 'ServiceUnavailable', status: 503 };
  clock.advance(55 * MINUTE);
  expect(await keyOf(chained)).toBe(before);
  clock.advance(5 * MINUTE);
  expect(await failure(chained)).toMatchObject({ reason: 'Unavailable', retry: 'transient' });
});

test('a chain whose source AWS calls expired begins with a new one, whatever our clock says', async () => {
  const faults: Record<string, StsFault> = {};
  const { keyOf, west } = await identitiesWorld({ faults });
  await keyOf(account);
  faults[REGIONS[0]] = { code: 'ExpiredToken', status: 400 };
  const asked = keyOf({ ...account, assumeRoles: [hop('x')] });
  await west.called(2);
  delete faults[REGIONS[0]];
  expect(await asked).toMatch(/^ASIA/);
  const [exchange, assume] = ['AssumeRoleWithWebIdentity', 'AssumeRole'];
  expect(west.calls.map(call => call.action)).toEqual([exchange, assume, exchange, assume]);
});

import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { expectedWay, hop, identitiesWorld, role } from '../../../test/support/identities-world.ts';
import type { Identity } from '../../controller/aws-secret/ports.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Each differs from another one in one single part. */
const matrix: readonly Identity[] = [
  { namespace: 'shop', assumeRoles: [] },
  { namespace: 'shop', serviceAccountName: 'a', assumeRoles: [] },
  { namespace: 'ops', serviceAccountName: 'a', assumeRoles: [] },
  { namespace: 'shop', serviceAccountName: 'b', assumeRoles: [] },
  { namespace: 'shop', serviceAccountName: 'a', roleArn: role('x'), assumeRoles: [] },
  { namespace: 'shop', assumeRoles: [hop('x')] },
  { namespace: 'ops', assumeRoles: [hop('x')] },
  { namespace: 'shop', assumeRoles: [hop('y')] },
  { namespace: 'shop', assumeRoles: [hop('x', { externalId: 'e1' })] },
  { namespace: 'shop', assumeRoles: [hop('x', { externalId: 'e2' })] },
  { namespace: 'shop', assumeRoles: [hop('x', { sessionTags: { team: 'a' } })] },
  { namespace: 'shop', assumeRoles: [hop('x', { sessionTags: { team: 'b' } })] },
  { namespace: 'shop', assumeRoles: [hop('x', { sessionTags: { unit: 'a' } })] },
  { namespace: 'shop', assumeRoles: [hop('x', { sessionTags: { team: 'a', unit: 'a' } })] },
  { namespace: 'shop', assumeRoles: [hop('x'), hop('y')] },
  { namespace: 'shop', assumeRoles: [hop('y'), hop('x')] },
  { namespace: 'shop', assumeRoles: [hop('x'), hop('y', { externalId: 'e1' })] },
  { namespace: 'shop', assumeRoles: [hop('x', { externalId: 'e1' }), hop('y')] },
  { namespace: 'shop', serviceAccountName: 'a', assumeRoles: [hop('x')] },
  { namespace: 'ops', serviceAccountName: 'a', assumeRoles: [hop('x')] },
  { namespace: 'shop', serviceAccountName: 'b', assumeRoles: [hop('x')] },
  { namespace: 'shop', serviceAccountName: 'a', roleArn: role('x'), assumeRoles: [hop('x')] },
];
/** Exchanges and hops that the matrix needs, where what is begun alike is asked for once. */
const SESSIONS = matrix.length;

test('no credentials cross from one identity to another, however they are asked for', async () => {
  const { identities, way, keyOf, west } = await identitiesWorld();
  expect(new Set(matrix.map(identities.keyOf)).size).toBe(matrix.length);
  await Promise.all([...matrix, ...matrix.toReversed(), ...matrix].map(keyOf));
  expect(await Promise.all(matrix.map(way))).toEqual(matrix.map(expectedWay));
  const keys = await Promise.all(matrix.map(keyOf));
  expect(new Set(keys).size, 'each has a session of its own').toBe(matrix.length);
  expect(west.calls.length, 'one call for each session').toBe(SESSIONS);
});

test('nor when all of them are renewed at once: one call for each session, in each hour', async () => {
  const { clock, way, keyOf, west } = await identitiesWorld();
  await Promise.all(matrix.map(keyOf));
  for (const hours of [1, 2, 3]) {
    clock.advance(54 * MINUTE);
    await Promise.all([...matrix, ...matrix].map(keyOf));
    expect(west.calls.length).toBe(SESSIONS * (hours + 1));
    expect(await Promise.all(matrix.map(way))).toEqual(matrix.map(expectedWay));
  }
});

test('the operator’s own identity is one for all namespaces', async () => {
  const { keyOf, west, counted } = await identitiesWorld();
  const own = ['a', 'b', 'c'].map(namespace => ({ namespace, assumeRoles: [] }));
  expect(new Set(await Promise.all(own.map(keyOf))).size).toBe(1);
  expect(west.calls).toMatchObject([{ action: 'AssumeRoleWithWebIdentity', sessionName: 'secrets-operator' }]);
  expect(counted).toEqual(['AssumeRoleWithWebIdentity eu-west-1 success']);
});

test('two hops: each with its external id and tags, ours with each, and none that is transitive', async () => {
  const { keyOf, west, counted } = await identitiesWorld({ clusterName: 'prod-1' });
  const first = hop('x', { externalId: 'e1', sessionTags: { team: 'a' } });
  await keyOf({ namespace: 'shop', assumeRoles: [first, hop('y')] });
  const ours = { 'secrets-operator/namespace': 'shop', 'secrets-operator/cluster': 'prod-1' };
  const session = { action: 'AssumeRole', sessionName: 'secrets-operator.shop', transitive: [] };
  expect(west.calls.slice(1)).toMatchObject([
    { ...session, roleArn: role('x'), externalId: 'e1', tags: { team: 'a', ...ours } },
    { ...session, roleArn: role('y'), externalId: undefined, tags: ours },
  ]);
  expect(west.calls[2]?.tags, 'tags of one hop are not those of the next').toEqual(ours);
  const hops = ['AssumeRole eu-west-1 success', 'AssumeRole eu-west-1 success'];
  expect(counted).toEqual(['AssumeRoleWithWebIdentity eu-west-1 success', ...hops]);
});

test('a name of a namespace that is too long for a session is cut there, and whole in the tag', async () => {
  const { keyOf, west } = await identitiesWorld();
  const namespace = 'n'.repeat(63);
  await keyOf({ namespace, assumeRoles: [hop('x')] });
  const [, call] = west.calls;
  expect(call?.sessionName).toMatch(/^secrets-operator\.n{47}$/);
  expect(call?.tags['secrets-operator/namespace']).toBe(namespace);
});

const account: Identity = { namespace: 'shop', serviceAccountName: 'a', assumeRoles: [] };

test('the role of a ServiceAccount is its annotation’s, read anew with each token', async () => {
  const { clock, kube, keyOf, west } = await identitiesWorld();
  await keyOf(account);
  kube.roles.set('shop/a', role('new'));
  clock.advance(53 * MINUTE);
  await keyOf(account);
  expect(
    west.calls.map(call => call.roleArn),
    'not before its time',
  ).toEqual([role('a')]);
  clock.advance(MINUTE);
  await keyOf(account);
  expect(west.calls.map(call => call.roleArn)).toEqual([role('a'), role('new')]);
  expect(kube.asked).toEqual(['role shop/a', 'token shop/a', 'role shop/a', 'token shop/a']);
});

test('a role in the spec is the one, and the ServiceAccount is not read for it', async () => {
  const { kube, keyOf, west } = await identitiesWorld();
  await keyOf({ ...account, roleArn: role('x') });
  expect(west.calls).toMatchObject([{ roleArn: role('x'), caller: 'token of shop/a' }]);
  expect(kube.asked).toEqual(['token shop/a']);
});

test('a session that AWS calls expired is replaced at its last step alone', async () => {
  const { identities, west } = await identitiesWorld();
  const share = identities.credentialsOf({ ...account, assumeRoles: [hop('x')] });
  const refused = await share();
  const replaced = await share({ refused });
  expect(replaced.accessKeyId).not.toBe(refused.accessKeyId);
  expect(west.calls.map(call => call.action)).toEqual(['AssumeRoleWithWebIdentity', 'AssumeRole', 'AssumeRole']);
});

test('who is not asked for in an hour is forgotten, and begins anew when asked for again', async () => {
  const { clock, identities, keyOf, west } = await identitiesWorld({ lifeMs: 12 * HOUR });
  const [idle, busy] = [account, { ...account, namespace: 'ops' }];
  const share = identities.credentialsOf(idle);
  const used = await keyOf(busy);
  const first = (await share()).accessKeyId;
  clock.advance(HOUR - 1);
  expect(await keyOf(busy)).toBe(used);
  clock.advance(1);
  expect(await keyOf(busy)).toBe(used);
  expect(await keyOf(idle)).not.toBe(first);
  expect((await share()).accessKeyId, 'also for who kept the way to it').toBe(await keyOf(idle));
  expect(west.calls).toHaveLength(3);
});

test('without a region of ours STS is asked where the SDK would ask it', async () => {
  const { way, counted } = await identitiesWorld({ regions: [] });
  expect(await way(account)).toBe(expectedWay(account));
  expect(counted).toEqual(['AssumeRoleWithWebIdentity us-east-1 success']);
});

test('the token file of the operator is read for each exchange', async () => {
  const { clock, file, keyOf, west } = await identitiesWorld();
  const own = { namespace: 'shop', assumeRoles: [] };
  await keyOf(own);
  await writeFile(file, 'next-token');
  clock.advance(54 * MINUTE);
  await keyOf(own);
  expect(west.calls.map(call => call.caller)).toEqual(['operator-token', 'next-token']);
});

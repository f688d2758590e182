import { expect, test } from 'vitest';
import { type FakeSecret, fakeSecretsManager } from '../../../test/support/fake-secrets-manager.ts';
import { CENTRAL, readerOver, request, WEST } from '../../../test/support/reader-world.ts';
import { believeParameters } from '../regions/replica.ts';

/** The primary is away, and the replica holds these. */
function world(secrets: Readonly<Record<string, FakeSecret>>) {
  const [primary, replica] = [fakeSecretsManager(), fakeSecretsManager()];
  primary.faults.set('*', 'InternalServiceError');
  for (const [name, secret] of Object.entries(secrets)) replica.secrets.set(name, secret);
  return { primary, replica, ...readerOver({ [WEST]: primary, [CENTRAL]: replica }) };
}

test('a replica that catches up while it is asked does not bring the old value with what followed upon ours', async () => {
  const { replica, reader, wait } = world({ 'prod/db': { stages: { AWSCURRENT: 'v2' } } });
  const describe = replica.describe;
  replica.describe = async id => {
    replica.secrets.set('prod/db', { stages: { AWSCURRENT: 'v4', AWSPREVIOUS: 'v3' } });
    return await describe(id);
  };
  const held = { versionId: 'v3', region: WEST };
  const told = await wait(reader.readValue(request({ held, consistency: 'Strict' })));
  expect(told.ok && told.value.versionId).not.toBe('v2');
});

test('what came before the current version says nothing of another stage', async () => {
  const stages = { AWSCURRENT: 'v6', AWSPREVIOUS: 'v5', GOOD: 'v1' };
  const { reader, wait } = world({ 'prod/db': { stages } });
  const asked = request({ held: { versionId: 'v5', region: WEST } }, 'prod/db', 'GOOD');
  expect(await wait(reader.readVersion(asked))).toMatchObject({ ok: false, error: { reason: 'ReplicaBehind' } });
  expect(await wait(reader.readValue(asked))).toMatchObject({ ok: false, error: { reason: 'ReplicaBehind' } });
});

test('what the primary told before it was away is not taken for newer than what its replica told meanwhile', async () => {
  const { primary, replica, reader, clock, wait } = world({ 'prod/db': { stages: { AWSCURRENT: 'v1' } } });
  primary.faults.clear();
  primary.secrets.set('prod/db', { stages: { AWSCURRENT: 'v1' } });
  const asked = () => request({ freshAfter: clock.monotonic() - 30_000, consistency: 'Strict' });
  expect(await wait(reader.readValue(asked()))).toMatchObject({ ok: true, value: { versionId: 'v1', region: WEST } });
  clock.advance(5_000);
  for (const { secrets } of [primary, replica]) secrets.set('prod/db', { stages: { AWSCURRENT: 'v2' } });
  primary.faults.set('*', 'InternalServiceError');
  const held = { versionId: 'v2', region: CENTRAL };
  const meanwhile = { ...asked(), held, freshAfter: clock.monotonic() };
  expect(await wait(reader.readValue(meanwhile))).toMatchObject({ value: held });
  primary.faults.clear();
  clock.advance(5_000);
  expect(await wait(reader.readVersion({ ...asked(), held }))).toMatchObject({ value: { versionId: 'v2' } });
  expect(await wait(reader.readValue({ ...asked(), held }))).toMatchObject({
    value: { versionId: 'v2', region: WEST },
  });
});

test('that a replica answers for one source makes nothing else older', async () => {
  const { primary, reader, clock, wait } = world({ 'prod/db': { stages: { AWSCURRENT: 'v1' } } });
  for (const name of ['prod/db', 'prod/other']) primary.secrets.set(name, { stages: { AWSCURRENT: 'v1' } });
  primary.faults.clear();
  const asked = (id: string) => request({ freshAfter: clock.monotonic() - 30_000, consistency: 'Strict' }, id);
  for (const id of ['prod/db', 'prod/other']) await wait(reader.readVersion(asked(id)));
  clock.advance(5_000);
  primary.faults.set('DescribeSecret prod/db', 'InternalServiceError');
  primary.faults.set('GetSecretValue prod/db', 'InternalServiceError');
  const meanwhile = await wait(reader.readVersion({ ...asked('prod/db'), freshAfter: clock.monotonic() }));
  expect(meanwhile).toMatchObject({ value: { region: CENTRAL } });
  const { length } = primary.calls;
  expect(await wait(reader.readVersion(asked('prod/other')))).toMatchObject({ value: { region: WEST } });
  expect(primary.calls).toHaveLength(length);
  primary.faults.clear();
  for (const calls of [1, 1]) {
    expect(await wait(reader.readVersion(asked('prod/db')))).toMatchObject({ value: { region: WEST } });
    expect(primary.calls, 'asked anew, once').toHaveLength(length + calls);
  }
});

const source = { kind: 'Find', namePattern: 'prod/*', tags: {} } as const;
const before = { stages: { AWSCURRENT: 'a1' }, createdTime: '2029-01-01T00:00:00.000Z' };
const after = { stages: { AWSCURRENT: 'b2' }, createdTime: '2029-03-01T00:00:00.000Z' };

test('a search is not taken from a region that lacks one of what it found, although another was made later', async () => {
  for (const consistency of ['Eventual', 'Strict'] as const) {
    const { reader, wait } = world({ 'prod/b': after });
    const held = { versionId: 'of a1 and b1', region: WEST, createdTime: '2029-02-01T00:00:00.000Z' };
    const asked = request({ source, held, consistency });
    expect(await wait(reader.readVersion(asked))).toMatchObject({ ok: false, error: { reason: 'ReplicaBehind' } });
    expect(await wait(reader.readValue(asked))).toMatchObject({ ok: false, error: { reason: 'ReplicaBehind' } });
  }
});

test('it is taken from one that has all of it', async () => {
  const { reader, wait } = world({ 'prod/a': before, 'prod/b': after });
  const first = await wait(reader.readValue(request({ source })));
  if (!first.ok) throw new Error(first.error.message);
  const { versionId } = first.value;
  const asked = request({ source, held: { versionId, region: WEST } });
  expect(await wait(reader.readVersion(asked))).toMatchObject({ ok: true, value: { versionId, region: CENTRAL } });
  expect(await wait(reader.readValue(asked))).toMatchObject({ ok: true, value: { versionId, region: CENTRAL } });
});

const held = { versionId: '7', region: WEST, createdTime: '2029-01-01T00:00:00.000Z' };
const later = '2029-02-01T00:00:00.000Z';
const earlier = '2028-01-01T00:00:00.000Z';
const gone = { wasAbsent: true, heldAt: Date.parse(held.createdTime) };
const parameters = [
  { why: 'one that was made later', createdTime: later, is: true },
  { why: 'one that was made before', createdTime: earlier, is: false },
  { why: 'a path of which one was made later', isOne: false, createdTime: later, is: false },
  { why: 'a number that is another version there', isNumber: true, createdTime: later, is: false },
  { why: 'a number that nobody has read yet', isNumber: true, before: {}, createdTime: later, is: false },
  { why: 'a number that was read there', isNumber: true, before: { held: { ...held, region: CENTRAL } }, is: true },
  { why: 'one that nobody has read yet', before: {}, is: true },
  { why: 'one that the primary has had no more, made before', before: gone, createdTime: earlier, is: false },
  { why: 'one that the primary has had no more, made later', before: gone, createdTime: later, is: true },
  { why: 'a path that was not there', before: gone, isOne: false, createdTime: later, is: false },
];

test.each(parameters)('whether a secondary is believed: $why', ({ is, before = { held }, ...row }) => {
  const replica = { versionId: '7', region: CENTRAL, isOne: true, isNumber: false, createdTime: undefined, ...row };
  expect(believeParameters(replica, before)).toBe(is);
});

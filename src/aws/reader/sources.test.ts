import { expect, test } from 'vitest';
import { arnOf, fakeSecretsManager } from '../../../test/support/fake-secrets-manager.ts';
import { aws, CENTRAL, readerOver, request, WEST } from '../../../test/support/reader-world.ts';

const deletions = [
  { why: 'scheduled for deletion', id: 'prod/db', isDeleted: true, is: true },
  { why: 'there', id: 'prod/db', isDeleted: false, is: false },
  { why: 'a name that AWS does not know may be a mistake', id: 'prod/none', isDeleted: false, is: false },
  {
    why: 'an ARN that was read has been there',
    id: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:gone-AbCdEf',
    isDeleted: false,
    is: true,
  },
];

test.each(deletions)('whether it is deleted: $why', async ({ id, isDeleted, is }) => {
  const service = fakeSecretsManager();
  service.secrets.set('prod/db', { stages: { AWSCURRENT: 'v1' }, isDeleted });
  const { reader, wait } = readerOver({ [WEST]: service });
  const held = { versionId: 'v1', region: WEST };
  expect(await wait(reader.isDeleted(request({ held }, id)))).toEqual({ ok: true, value: is });
});

test('the primary is asked for the ARN that it has there', async () => {
  const [WEST_ARN, service] = [arnOf('prod/db'), fakeSecretsManager()];
  service.secrets.set('prod/db', { stages: { AWSPREVIOUS: 'v1' } });
  const { reader, wait } = readerOver({ [CENTRAL]: service });
  const held = { versionId: 'v1', region: CENTRAL };
  const asked = request({ held, regions: [CENTRAL] }, WEST_ARN);
  expect(await wait(reader.isDeleted(asked))).toEqual({ ok: true, value: false });
  expect(service.calls.at(-1)).toBe(`DescribeSecret ${WEST_ARN.replace(WEST, CENTRAL)}`);
});

test('a stage that is missing, a denial and an outage say nothing of a deletion', async () => {
  for (const answer of ['no stage', 'AccessDeniedException', 'timeout']) {
    const { reader, wait } = aws({ [WEST]: answer });
    const told = await wait(reader.isDeleted(request({ held: { versionId: 'v1', region: WEST } })));
    expect(told.ok && told.value).toBe(false);
  }
});

const searched = {
  kind: 'Find',
  namePattern: 'prod/*',
  tags: { team: 'shop' },
} as const;

test('a search takes a tag with its value, and gives each secret under its name', async () => {
  const service = fakeSecretsManager();
  const stages = { AWSCURRENT: 'v1' };
  service.secrets.set('prod/a', { stages, tags: { team: 'shop' } });
  service.secrets.set('prod/b', { stages, tags: { team: 'other' } });
  service.secrets.set('test/a', { stages, tags: { team: 'shop' } });
  const { reader, wait } = readerOver({ [WEST]: service });
  const asked = request({ source: searched });
  const value = await wait(reader.readValue(asked));
  const version = await wait(reader.readVersion(asked));
  expect(value.ok && value.value.items.map(({ name }) => name)).toEqual(['prod/a']);
  expect(value.ok && version.ok && value.value.versionId === version.value.versionId).toBe(true);
});

test('one secret of a search that may not be read fails all of it', async () => {
  const service = fakeSecretsManager();
  for (const name of ['a', 'b'])
    service.secrets.set(`prod/${name}`, { stages: { AWSCURRENT: 'v1' }, tags: { team: 'shop' } });
  service.faults.set(
    'entry arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/b-AbCdEf',
    'AccessDeniedException',
  );
  const { reader, wait } = readerOver({ [WEST]: service });
  expect(await wait(reader.readValue(request({ source: searched })))).toHaveProperty('error.reason', 'AccessDenied');
});

test('a version that was read once is not asked for again', async () => {
  const service = fakeSecretsManager();
  service.secrets.set('prod/db', { stages: { AWSPREVIOUS: 'v1', AWSCURRENT: 'v2' } });
  const { reader, wait } = readerOver({ [WEST]: service });
  const source = { kind: 'SecretVersion', secretId: 'prod/db', versionId: 'v1' } as const;
  const value = await wait(reader.readValue(request({ source })));
  expect(value).toMatchObject({ ok: true, value: { versionId: 'v1' } });
  const held = { versionId: 'v1', region: WEST };
  expect(await wait(reader.readVersion(request({ source, held })))).toMatchObject({
    ok: true,
    value: { versionId: 'v1' },
  });
  expect(service.calls).toEqual(['GetSecretValue prod/db']);
});

test('a search is as old as the oldest of what it is made of', async () => {
  const service = fakeSecretsManager();
  const names = ['prod/a', 'prod/b', 'prod/c', 'prod/d'];
  for (const name of names) service.secrets.set(name, { stages: { AWSCURRENT: 'v1' } });
  const { reader, wait, clock } = readerOver({ [WEST]: service });
  const others = names.map(name => reader.readValue(request({ consistency: 'Strict' }, arnOf(name))));
  await wait(Promise.all(others));
  const before = clock.monotonic();
  clock.advance(25_000);
  const source = { kind: 'Find', namePattern: 'prod/*', tags: {} } as const;
  const told = await wait(reader.readValue(request({ source, consistency: 'Strict', freshAfter: 0 })));
  expect(told.ok && told.value.observedAt).toBeLessThanOrEqual(before);
});

import { expect, test } from 'vitest';
import { anAwsSecret } from '../../../../test/support/builders.ts';
import { syncWorld } from '../../../../test/support/sync-world.ts';

const MINUTE = 60_000;
const notFound = { reason: 'SecretNotFound', retry: 'content', message: 'no secret "prod/db" in eu-west-1' } as const;

/** An AwsSecret that is synced, with each key of `value` in its Secret. */
async function synced(value: string, spec: object = { dataFrom: [{ secretId: 'prod/db' }] }) {
  const world = syncWorld(anAwsSecret({ spec }));
  world.aws.value = value;
  await world.run();
  /** AWS holds another value, and its time has come. */
  const rotate = async (next: string): Promise<void> => {
    world.aws.value = next;
    world.aws.version += 'x';
    world.clock.advance(MINUTE);
    await world.run();
  };
  return { ...world, rotate, held: () => [...(world.writes.at(-1)?.data.keys() ?? [])] };
}

test('a key that a pod cannot start without stays, with all others as they were', async () => {
  const { state, rotate, held, writes, ready } = await synced('{"a":"one","b":"two"}');
  state.required = [['b', 'Deployment app']];
  await rotate('{"a":"three"}');
  expect(held()).toEqual(['a', 'b']);
  expect(writes).toHaveLength(1);
  expect(ready()).toMatchObject({ status: 'False', reason: 'ConsumerKeyMissing' });
  expect(ready()?.message).toMatch(/"b".*Deployment app/);
});

test('it goes once nobody needs it', async () => {
  const { state, rotate, held, ready } = await synced('{"a":"one","b":"two"}');
  state.required = [['b', 'Deployment app']];
  await rotate('{"a":"three"}');
  state.required = [];
  await rotate('{"a":"three"}');
  expect(held()).toEqual(['a']);
  expect(ready()).toMatchObject({ status: 'True' });
});

test('an operator that has just started knows what the Secret holds from the Secret itself', async () => {
  const { state, rotate, records, held, ready } = await synced('{"a":"one","b":"two"}');
  state.required = [['b', 'Deployment app']];
  records.clear();
  await rotate('{"a":"three"}');
  expect(held()).toEqual(['a', 'b']);
  expect(ready()?.reason).toBe('ConsumerKeyMissing');
});

test.each([
  {
    why: 'a key that a pod needs',
    first: '{"a":"one","b":"two"}',
    next: '{"a":"three"}',
    reason: 'ConsumerKeyMissing',
  },
  { why: 'an empty document', first: '{"a":"one","b":"two"}', next: '{}', reason: 'SourceEmpty' },
])('a hold outlives the operator: $why', async ({ first, next, reason }) => {
  const { state, rotate, records, writes, ready } = await synced(first);
  state.required = [['b', 'Deployment app']];
  await rotate(next);
  expect(ready()?.reason).toBe(reason);
  for (let restart = 0; restart < 3; restart += 1) {
    records.clear();
    await rotate(next);
    expect(ready()?.reason).toBe(reason);
  }
  await rotate('{"a":"three"}');
  expect(ready()?.reason).toBe('ConsumerKeyMissing');
  expect(writes).toHaveLength(1);
  await rotate('{"a":"three","b":"four"}');
  expect(writes).toHaveLength(2);
  expect(ready()?.reason).toBe('Synced');
});

test('a value that turned empty stays away after a restart too', async () => {
  const { rotate, records, writes, ready } = await synced('one', { data: [{ key: 'K', secretId: 'prod/db' }] });
  await rotate('');
  records.clear();
  await rotate('');
  expect(writes).toHaveLength(1);
  expect(ready()?.reason).toBe('SourceEmpty');
});

test('a spec that asks for less is obeyed after a restart too', async () => {
  const { state, rotate, records, held } = await synced('{"a":"one","b":"two"}');
  state.required = [['b', 'Deployment app']];
  await rotate('{"a":"three"}');
  records.clear();
  const { awsSecret } = state;
  if (awsSecret === undefined) throw new Error('there is none');
  const data = [{ key: 'a', secretId: 'prod/db', property: 'a' }];
  const next = anAwsSecret({ spec: { data }, metadata: { generation: 2 } });
  state.awsSecret = { ...next, ...(awsSecret.status && { status: awsSecret.status }) };
  await rotate('{"a":"three","b":"two"}');
  expect(held()).toEqual(['a']);
});

test('a spec that asks for less is obeyed', async () => {
  const { state, rotate, held } = await synced('{"a":"one","b":"two"}');
  state.required = [['b', 'Deployment app']];
  const data = [{ key: 'a', secretId: 'prod/db', property: 'a' }];
  state.awsSecret = anAwsSecret({ spec: { data }, metadata: { generation: 2 } });
  await rotate('{"a":"three","b":"two"}');
  expect(held()).toEqual(['a']);
});

test('a source that turns empty takes nothing away', async () => {
  const { rotate, writes, ready } = await synced('one', { data: [{ key: 'K', secretId: 'prod/db' }] });
  await rotate('');
  expect(writes).toHaveLength(1);
  expect(ready()).toMatchObject({ status: 'False', reason: 'SourceEmpty' });
});

test('a document that loses all its properties is called empty too', async () => {
  const { rotate, writes, ready } = await synced('{"a":"one"}');
  await rotate('{}');
  expect(writes).toHaveLength(1);
  expect(ready()).toMatchObject({ status: 'False', reason: 'SourceEmpty' });
});

const DELETE = { dataFrom: [{ secretId: 'prod/db' }], target: { sourceDeletionPolicy: 'Delete' } };

/** What becomes of the Secret while AWS says for so many minutes that it has no such secret. */
async function goneFor(minutes: number, isDeleted: boolean, spec: object = DELETE) {
  const world = await synced('{"a":"one"}', spec);
  world.aws.failure = notFound;
  world.aws.isDeleted = isDeleted;
  for (let minute = 0; minute <= minutes; minute += 1) {
    world.clock.advance(MINUTE);
    await world.run();
  }
  return world;
}

test('a Secret follows what is deleted in AWS, once that is sure', async () => {
  const soon = await goneFor(9, true);
  expect(soon.state.secret).toBeDefined();
  expect(soon.ready()?.reason).toBe('SecretNotFound');
  const later = await goneFor(11, true);
  expect(later.state.secret).toBeUndefined();
  expect(later.ready()).toMatchObject({ status: 'False', reason: 'SourceDeleted' });
});

test('what is only not found stays, however long', async () => {
  const { state, ready } = await goneFor(60, false);
  expect(state.secret).toBeDefined();
  expect(ready()?.reason).toBe('SecretNotFound');
});

test('what is to be retained stays, however surely its source is gone', async () => {
  const { state } = await goneFor(60, true, { dataFrom: [{ secretId: 'prod/db' }] });
  expect(state.secret).toBeDefined();
});

test('a source that is restored within the ten minutes has to be gone for ten minutes anew', async () => {
  const world = await goneFor(8, true);
  delete world.aws.failure;
  world.clock.advance(MINUTE);
  await world.run();
  world.aws.failure = notFound;
  for (let minute = 0; minute < 8; minute += 1) {
    world.clock.advance(MINUTE);
    await world.run();
  }
  expect(world.state.secret).toBeDefined();
});

test('a source that is restored brings its Secret back', async () => {
  const world = await goneFor(12, true);
  delete world.aws.failure;
  world.clock.advance(5 * MINUTE);
  await world.run();
  expect(world.state.secret).toBeDefined();
  expect(world.ready()).toMatchObject({ status: 'True', reason: 'Synced' });
});

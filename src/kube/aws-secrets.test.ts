import { expect, test } from 'vitest';
import { anAwsSecret } from '../../test/support/builders.ts';
import { type Answer, answered, fakeTransport, refused } from '../../test/support/fake-transport.ts';
import type { AwsSecret, AwsSecretStatus } from '../crds/aws-secret.ts';
import { createStatusWriter, indexAwsSecret, isCurrent, reduceAwsSecret } from './aws-secrets.ts';
import { Store } from './watch/store.ts';

const KEY = 'shop/payments';
const PATH = '/apis/secrets-operator.io/v1alpha1/namespaces/shop/awssecrets/payments';

function at(resourceVersion: string, status: AwsSecretStatus = {}, metadata: object = {}): AwsSecret {
  return anAwsSecret({ metadata: { resourceVersion, ...metadata }, status });
}

function world(cached: AwsSecret | undefined, ...answers: readonly Answer[]) {
  const { transport, calls } = fakeTransport(...answers);
  const store = new Store<AwsSecret>(indexAwsSecret);
  if (cached !== undefined) store.set(cached);
  const seen: string[] = [];
  const writer = createStatusWriter(transport, store);
  const write = async (status: AwsSecretStatus | undefined, uid = 'uid-1') =>
    await writer.write(KEY, uid, current => {
      seen.push(current.metadata.resourceVersion);
      return status;
    });
  return { store, calls, seen, write, writer };
}

const done = { ok: true, value: undefined };
const conflict = refused(409, 'Conflict');

test('a status is a merge patch of the version that it was decided from', async () => {
  const { write, calls, store } = world(at('1', { observedGeneration: 1, sourceCount: 3 }), answered(at('2')));
  expect(await write({ observedGeneration: 2 })).toEqual(done);
  expect(calls).toEqual([
    {
      method: 'PATCH',
      path: `${PATH}/status`,
      query: { fieldManager: 'secrets-operator' },
      contentType: 'application/merge-patch+json',
      body: { metadata: { resourceVersion: '1' }, status: { observedGeneration: 2, sourceCount: null } },
    },
  ]);
  expect(store.get(KEY)?.metadata.resourceVersion, 'the next decision sees it').toBe('2');
});

test('the watch may be ahead of the answer: then the answer is old', async () => {
  const { transport } = fakeTransport();
  const store = new Store<AwsSecret>(indexAwsSecret);
  store.set(at('1'));
  const ahead = {
    ...transport,
    call: async () => {
      store.set(at('3'));
      return answered(at('2')) ?? { ok: true as const, value: {} };
    },
  };
  await createStatusWriter(ahead, store).write(KEY, 'uid-1', () => ({}));
  expect(store.get(KEY)?.metadata.resourceVersion).toBe('3');
});

test('a write waits for the one before, and is decided from what that left', async () => {
  const answers = [answered(at('2')), refused(500, 'InternalError'), answered(at('3'))];
  const { calls, writer } = world(at('1'), ...answers);
  const seen: string[] = [];
  const told = (sourceCount: number) => (current: AwsSecret) => {
    seen.push(current.metadata.resourceVersion);
    return { sourceCount };
  };
  const written = await Promise.all([1, 2, 3].map(count => writer.write(KEY, 'uid-1', told(count))));
  expect(
    written.map(({ ok }) => ok),
    'a write that fails holds up none',
  ).toEqual([true, false, true]);
  expect(seen).toEqual(['1', '2', '2']);
  expect(calls.map(({ body }) => (body as { status: object }).status)).toEqual(
    [1, 2, 3].map(n => ({ sourceCount: n })),
  );
});

const silent: readonly {
  readonly why: string;
  readonly cached: AwsSecret | undefined;
  readonly status?: AwsSecretStatus;
  readonly uid?: string;
}[] = [
  { why: 'there is nothing to say', cached: at('1') },
  { why: 'the object is gone', cached: undefined, status: {} },
  { why: 'another object has its name', cached: at('1'), status: {}, uid: 'uid-0' },
];

for (const { why, cached, status, uid } of silent) {
  test(`no call when ${why}`, async () => {
    const { write, calls } = world(cached);
    expect(await write(status, uid)).toEqual(done);
    expect(calls).toEqual([]);
  });
}

test('after a conflict it is decided again, from what the API server holds', async () => {
  const { write, calls, seen } = world(at('1'), conflict, answered(at('5')), answered(at('6')));
  expect(await write({})).toEqual(done);
  expect(seen).toEqual(['1', '5']);
  expect(calls.map(({ method }) => method)).toEqual(['PATCH', 'GET', 'PATCH']);
  expect(calls[2]?.body).toMatchObject({ metadata: { resourceVersion: '5' } });
});

const told: readonly {
  readonly why: string;
  readonly answers: readonly Answer[];
  /** What the watch brings before the second decision. */
  readonly watched?: string;
  readonly asks: readonly string[];
}[] = [
  { why: 'the cache has the answer', answers: [answered(at('2'))], asks: [] },
  { why: 'the cache had the answer, and has what came since', answers: [answered(at('2'))], watched: '3', asks: [] },
  {
    why: 'the cache is older than the write',
    answers: [conflict, answered(at('5')), answered(at('6'))],
    asks: ['GET', 'PATCH'],
  },
  {
    why: 'the watch has brought what was written',
    answers: [conflict, answered(at('5')), answered(at('6'))],
    watched: '6',
    asks: [],
  },
  {
    why: 'the watch has brought something in between',
    answers: [conflict, answered(at('5')), answered(at('6'))],
    watched: '5',
    asks: ['GET', 'PATCH'],
  },
  { why: 'the answer is lost', answers: [refused(0, '')], asks: ['GET', 'PATCH'] },
  { why: 'the write was refused', answers: [refused(500, 'InternalError')], asks: ['GET', 'PATCH'] },
];

for (const { why, answers, watched, asks } of told) {
  test(`whether all is told already when ${why}`, async () => {
    const { store, calls, write, writer } = world(at('1'), ...answers, answered(at('8')), answered(at('9')));
    await write({ sourceCount: 1 });
    if (watched !== undefined) store.set(at(watched));
    const before = calls.length;
    // It says nothing of what the cache has, but something of what the API server has.
    const cached = store.get(KEY);
    await writer.write(KEY, 'uid-1', current => (current === cached ? undefined : { sourceCount: 2 }));
    expect(calls.slice(before).map(({ method }) => method)).toEqual(asks);
  });
}

test('nobody is asked twice whether all is told', async () => {
  const { calls, write } = world(at('1'), refused(0, ''), answered(at('1')));
  await write({});
  for (let i = 0; i < 3; i += 1) await write(undefined);
  expect(calls.map(({ method }) => method)).toEqual(['PATCH', 'GET']);
});

test('after three conflicts somebody else has the word', async () => {
  const { write, calls } = world(at('1'), conflict, answered(at('2')), conflict, answered(at('3')), conflict);
  expect(await write({})).toMatchObject({ ok: false, error: { retry: 'conflict' } });
  expect(calls).toHaveLength(5);
});

const ends: readonly { readonly why: string; readonly answers: readonly Answer[] }[] = [
  { why: 'it was deleted before the write', answers: [refused(404, 'NotFound')] },
  { why: 'it was deleted after a conflict', answers: [conflict, refused(404, 'NotFound')] },
  {
    why: 'it was deleted and made again: no verdict about the old one',
    answers: [conflict, answered(at('9', {}, { uid: 'uid-2' }))],
  },
];

for (const { why, answers } of ends) {
  test(`done when ${why}`, async () => {
    const { write, calls } = world(at('1'), ...answers);
    expect(await write({})).toEqual(done);
    expect(calls).toHaveLength(answers.length);
  });
}

test('a refusal names the object and what was tried', async () => {
  for (const answers of [[refused(403, 'Forbidden')], [conflict, refused(403, 'Forbidden')]]) {
    expect(await world(at('1'), ...answers).write({})).toMatchObject({
      ok: false,
      error: { reason: 'WriteRefused', message: expect.stringContaining('status of AwsSecret shop/payments') },
    });
  }
});

const live: readonly { readonly why: string; readonly answer: Answer; readonly is: boolean }[] = [
  { why: 'it has another version, such as a status', answer: answered(at('9')), is: true },
  { why: 'its spec has changed', answer: answered(at('1', {}, { generation: 2 })), is: false },
  { why: 'it was made again', answer: answered(at('1', {}, { uid: 'uid-2' })), is: false },
  { why: 'it is being deleted', answer: answered(at('1', {}, { deletionTimestamp: 'now' })), is: false },
  { why: 'it is gone', answer: refused(404, 'NotFound'), is: false },
];

for (const { why, answer, is } of live) {
  test(`${is ? 'current' : 'not current'} when ${why}`, async () => {
    const { transport, calls } = fakeTransport(answer);
    expect(await isCurrent(transport, at('1'))).toEqual({ ok: true, value: is });
    expect(calls).toEqual([{ method: 'GET', path: PATH }]);
  });
}

test('what cannot be asked is not known', async () => {
  const { transport } = fakeTransport(refused(0, ''));
  expect(await isCurrent(transport, at('1'))).toMatchObject({ ok: false, error: { reason: 'ApiServerUnavailable' } });
});

const requested = { 'secrets-operator.io/refresh-requested': 'now' };
const arriving: readonly { readonly why: string; readonly given: object; readonly kept: object }[] = [
  { why: 'as it is by itself', given: {}, kept: {} },
  { why: 'without managed fields', given: { managedFields: [{}] }, kept: {} },
  {
    why: 'with the one annotation that asks for something',
    given: { annotations: { ...requested, a: 'b' } },
    kept: { annotations: requested },
  },
  {
    why: 'without what only people and other programs read',
    given: {
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
      ...{ labels: { app: 'shop' }, ownerReferences: [], creationTimestamp: '2030-01-01T00:00:00Z' },
    },
    kept: {},
  },
  { why: 'with the time at which it goes', given: { deletionTimestamp: 'now' }, kept: { deletionTimestamp: 'now' } },
];

test.each(arriving)('an AwsSecret is kept $why', ({ given, kept }) => {
  const bare = at('1', { sourceCount: 1 });
  const { namespace, name, uid, resourceVersion, generation } = bare.metadata;
  const metadata = { namespace, name, uid, resourceVersion, generation };
  expect(reduceAwsSecret({ ...bare, metadata: { ...metadata, ...given } })).toEqual({
    ...bare,
    metadata: { ...metadata, ...kept },
  });
});

test('an AwsSecret is found by its UID and by its Secret', () => {
  expect(indexAwsSecret(at('1'))).toEqual(['uid-1', 'shop/payments']);
});

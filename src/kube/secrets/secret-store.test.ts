import { expect, test } from 'vitest';
import { anOwner, aSecret, bytesOf, textOf } from '../../../test/support/builders.ts';
import { type Answer, answered, fakeTransport, refused } from '../../../test/support/fake-transport.ts';
import type { SecretManifest } from '../../controller/aws-secret/secret/secret.ts';
import { SETTLE_MS } from '../../controller/rollout/margins.ts';
import { CONTENT_ANNOTATION, MANAGED_BY, MANAGED_BY_LABEL, OWNER_LABEL } from '../../crds/names.ts';
import { createSecretStore, indexSecret } from './secret-store.ts';

const PATH = '/api/v1/namespaces/shop/secrets/payments';

const manifest: SecretManifest = {
  namespace: 'shop',
  name: 'payments',
  type: 'Opaque',
  labels: { [OWNER_LABEL]: 'uid-1' },
  annotations: { [CONTENT_ANNOTATION]: 'k.1' },
  ownerReferences: [anOwner()],
  data: bytesOf({ a: 'one' }),
};

/** What the API server sends; base64 of `one` is `b25l`. */
function body(metadata: object = {}, more: object = {}) {
  return { metadata: { ...aSecret(), ...metadata }, type: 'Opaque', data: { a: 'b25l' }, ...more };
}

function storeOf(...answers: readonly Answer[]) {
  const { transport, calls } = fakeTransport(...answers);
  return { store: createSecretStore(transport), calls };
}

test('a Secret is read with its bytes, and without what only the API server needs', async () => {
  const { store } = storeOf(answered(body({ managedFields: [{}] }, { immutable: true })));
  const live = await store.get({ namespace: 'shop', name: 'payments' });
  if (!live.ok || live.value === undefined) throw new Error('not read');
  expect(live.value).toMatchObject({ metadata: aSecret(), type: 'Opaque', immutable: true });
  expect(live.value.metadata).not.toHaveProperty('managedFields');
  expect(textOf(live.value.data)).toEqual({ a: 'one' });
});

test('a Secret without data, and one that is not there', async () => {
  const empty = await storeOf(answered({ metadata: aSecret() })).store.get(aSecret());
  expect(empty).toMatchObject({ ok: true, value: { type: 'Opaque', immutable: false, data: new Map() } });
  expect(await storeOf(refused(404, 'NotFound')).store.get(aSecret())).toEqual({ ok: true, value: undefined });
});

test('a create is a POST that says all in one request, with a budget', async () => {
  const { store, calls } = storeOf(answered(body()));
  expect(await store.create(manifest)).toEqual({ ok: true, value: aSecret() });
  expect(calls).toHaveLength(1);
  expect(calls[0]).toMatchObject({
    method: 'POST',
    path: '/api/v1/namespaces/shop/secrets',
    query: { fieldManager: 'secrets-operator' },
    budgetMs: 5_000,
    body: {
      metadata: { name: 'payments', namespace: 'shop', labels: manifest.labels, annotations: manifest.annotations },
      data: { a: 'b25l' },
    },
  });
  expect(calls[0]?.body).not.toHaveProperty('metadata.resourceVersion');
});

test('one that is there already is no error: whose it is, is decided elsewhere', async () => {
  expect(await storeOf(refused(409, 'AlreadyExists')).store.create(manifest)).toEqual({ ok: true, value: 'exists' });
});

const { ownerReferences: _, ...unowned } = aSecret();
const successor = { ...aSecret(), ownerReferences: [anOwner({ uid: 'uid-0' })] };

const replaces: readonly {
  readonly why: string;
  readonly held: typeof unowned;
  readonly surplus?: readonly string[];
  readonly answers: readonly Answer[];
  readonly sends: readonly object[];
}[] = [
  {
    why: 'one apply, if it still is as it was',
    held: aSecret(),
    answers: [answered(body({ resourceVersion: '8' }))],
    sends: [
      {
        contentType: 'application/apply-patch+yaml',
        query: { force: 'true' },
        body: { metadata: { resourceVersion: '7' } },
      },
    ],
  },
  {
    why: 'keys of others go, guarded by what the apply answered',
    held: aSecret(),
    answers: [
      answered(body({ resourceVersion: '8' }, { data: { a: 'b25l', theirs: '' } })),
      answered(body({ resourceVersion: '9' })),
    ],
    sends: [
      { contentType: 'application/apply-patch+yaml' },
      {
        contentType: 'application/merge-patch+json',
        body: { data: { theirs: null }, metadata: { resourceVersion: '8' } },
      },
    ],
  },
  {
    why: 'a dead owner goes first, as two cannot both be the controller, and in one request with all else, which may be refused',
    held: successor,
    answers: [answered(body({ resourceVersion: '8' })), answered(body({ resourceVersion: '9' }))],
    sends: [
      {
        contentType: 'application/merge-patch+json',
        body: {
          metadata: { resourceVersion: '7', ownerReferences: [anOwner()], annotations: manifest.annotations },
          type: manifest.type,
          data: body().data,
        },
      },
      { contentType: 'application/apply-patch+yaml', body: { metadata: { resourceVersion: '8' } } },
    ],
  },
  {
    why: 'keys that are no part of the new content go in one request with it: nobody may start with a mixture',
    held: aSecret(),
    surplus: ['theirs'],
    answers: [answered(body({ resourceVersion: '8' })), answered(body({ resourceVersion: '9' }))],
    sends: [
      {
        contentType: 'application/merge-patch+json',
        body: {
          metadata: { resourceVersion: '7', annotations: manifest.annotations },
          data: { ...body().data, theirs: null },
        },
      },
      { contentType: 'application/apply-patch+yaml', body: { metadata: { resourceVersion: '8' } } },
    ],
  },
];

for (const { why, held, surplus = [], answers, sends } of replaces) {
  test(`a replace: ${why}`, async () => {
    const { store, calls } = storeOf(...answers);
    expect(await store.replace(manifest, held, surplus)).toMatchObject({ ok: true });
    expect(calls).toHaveLength(sends.length);
    for (const [index, sent] of sends.entries())
      expect(calls[index]).toMatchObject({ method: 'PATCH', path: PATH, ...sent });
  });
}

test('all that a change takes ends well before restarts trust its time', async () => {
  const stale = answered(body({}, { data: { theirs: '' } }));
  const { store, calls } = storeOf(answered(body()), stale, answered(body()));
  expect(await store.replace(manifest, successor, [])).toMatchObject({ ok: true });
  const budgets = calls.map(({ budgetMs = Number.POSITIVE_INFINITY }) => budgetMs);
  expect(budgets).toHaveLength(3);
  expect(budgets.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(SETTLE_MS);
});

test('a read has a budget', async () => {
  const { store, calls } = storeOf(answered(body()));
  await store.get(aSecret());
  expect(calls[0]?.budgetMs).toBeLessThan(SETTLE_MS);
});

test('owners of other kinds stay beside ours', async () => {
  const app = anOwner({ apiVersion: 'v1', kind: 'App', uid: 'app', controller: false });
  const { store, calls } = storeOf(answered(body()));
  await store.replace(manifest, { ...aSecret(), ownerReferences: [app, anOwner({ uid: 'uid-0' })] }, []);
  expect(calls[0]?.body).toMatchObject({ metadata: { ownerReferences: [app, anOwner()] } });
});

test('each step that is refused ends it there', async () => {
  const conflict = refused(409, 'Conflict');
  const stale = answered(body({}, { data: { theirs: '' } }));
  for (const { held, answers } of [
    { held: successor, answers: [conflict] },
    { held: successor, answers: [answered(body()), conflict] },
    { held: aSecret(), answers: [stale, conflict] },
  ]) {
    const { store, calls } = storeOf(...answers);
    expect(await store.replace(manifest, held, [])).toMatchObject({ ok: false, error: { retry: 'conflict' } });
    expect(calls).toHaveLength(answers.length);
  }
});

const refusals: readonly {
  readonly why: string;
  readonly answer: Answer;
  readonly reason: string;
  readonly retry: string;
}[] = [
  {
    why: 'another type',
    answer: refused(422, 'Invalid', { causes: [{ reason: 'FieldValueInvalid', field: 'type' }] }),
    reason: 'TargetTypeDiffers',
    retry: 'terminal',
  },
  {
    why: 'immutable data',
    answer: refused(422, 'Invalid', { causes: [{ reason: 'FieldValueForbidden', field: 'data' }] }),
    reason: 'TargetImmutable',
    retry: 'terminal',
  },
  {
    why: 'data that somebody takes for wrong',
    answer: refused(422, 'Invalid', { causes: [{ reason: 'FieldValueInvalid', field: 'data[a]' }] }),
    reason: 'WriteRefused',
    retry: 'content',
  },
  {
    why: 'too large for etcd, by many long keys',
    answer: refused(413, 'RequestEntityTooLarge'),
    reason: 'TooLarge',
    retry: 'content',
  },
  { why: 'no right', answer: refused(403, 'Forbidden'), reason: 'WriteRefused', retry: 'content' },
  {
    why: 'a namespace that is being deleted',
    answer: refused(403, 'Forbidden', { causes: [{ reason: 'NamespaceTerminating' }] }),
    reason: 'NamespaceTerminating',
    retry: 'content',
  },
  { why: 'no answer', answer: refused(0, ''), reason: 'ApiServerUnavailable', retry: 'transient' },
];

for (const { why, answer, reason, retry } of refusals) {
  test(`a write that fails for ${why} is ${reason}`, async () => {
    expect(await storeOf(answer).store.create(manifest)).toMatchObject({ ok: false, error: { reason, retry } });
    expect(await storeOf(answer).store.replace(manifest, aSecret(), [])).toMatchObject({
      ok: false,
      error: { reason, retry },
    });
  });
}

test('a delete names the very object and version that was decided about', async () => {
  const { store, calls } = storeOf(answered());
  expect(await store.remove(aSecret())).toEqual({ ok: true, value: undefined });
  expect(calls).toEqual([
    { method: 'DELETE', path: PATH, body: { preconditions: { uid: 'secret-uid', resourceVersion: '7' } } },
  ]);
});

test('a release takes every sign of ours away, for this version only, and leaves data and the metadata of others', async () => {
  const { store, calls } = storeOf(answered());
  const labels = { [OWNER_LABEL]: 'uid-1', [MANAGED_BY_LABEL]: MANAGED_BY, team: 'shop' };
  const app = anOwner({ apiVersion: 'v1', kind: 'App', uid: 'app', controller: false });
  expect(await store.release(aSecret({ labels, ownerReferences: [anOwner(), app] }))).toEqual({
    ok: true,
    value: undefined,
  });
  expect(calls[0]).toMatchObject({ method: 'PATCH', path: PATH, contentType: 'application/merge-patch+json' });
  expect(calls[0]?.body).toEqual({
    metadata: {
      resourceVersion: '7',
      labels: { [OWNER_LABEL]: null, [MANAGED_BY_LABEL]: null },
      annotations: {
        'secrets-operator.io/content': null,
        'secrets-operator.io/changed-at': null,
        'secrets-operator.io/history': null,
      },
      ownerReferences: [app],
    },
  });
});

test('another manager’s label stays at a release', async () => {
  const { store, calls } = storeOf(answered());
  await store.release(aSecret({ labels: { [OWNER_LABEL]: 'uid-1', [MANAGED_BY_LABEL]: 'Helm' } }));
  expect(calls[0]?.body).toMatchObject({ metadata: { labels: { [OWNER_LABEL]: null } } });
  expect(calls[0]?.body).not.toHaveProperty(['metadata', 'labels', MANAGED_BY_LABEL]);
});

test.each(['remove', 'release'] as const)('%s: gone is done, changed is a conflict, refused is told', async act => {
  expect(await storeOf(refused(404, 'NotFound')).store[act](aSecret())).toEqual({ ok: true, value: undefined });
  expect(await storeOf(refused(409, 'Conflict')).store[act](aSecret())).toMatchObject({ error: { retry: 'conflict' } });
  expect(await storeOf(refused(403, 'Forbidden')).store[act](aSecret())).toMatchObject({
    error: { reason: 'WriteRefused' },
  });
});

test('Secrets are found by their owners among AwsSecrets, and by their label', () => {
  const app = anOwner({ apiVersion: 'v1', kind: 'App', uid: 'app' });
  const metadata = aSecret({ ownerReferences: [anOwner(), app], labels: { [OWNER_LABEL]: 'uid-2' } });
  expect(indexSecret({ metadata })).toEqual(['uid-1', 'uid-2']);
  expect(indexSecret({ metadata: aSecret({ labels: { [OWNER_LABEL]: 'uid-1' } }) })).toEqual(['uid-1']);
  expect(indexSecret({ metadata: unowned })).toEqual([]);
});

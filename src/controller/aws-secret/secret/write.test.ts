import { expect, test } from 'vitest';
import { aLiveSecret, anAwsSecret, anOwner, aSecret, bytesOf, textOf } from '../../../../test/support/builders.ts';
import { type ContentChange, readHistory, writeHistory } from '../../../crds/content-history.ts';
import { OWNER_LABEL } from '../../../crds/names.ts';
import { fail, ok } from '../../runtime/error.ts';
import { createContentHasher } from './content.ts';
import { renderSecret } from './render.ts';
import type { LiveSecret, SecretManifest, SecretMetadata } from './secret.ts';
import { type WriteDependencies, writeSecret } from './write.ts';

const T0 = '2030-01-01T00:00:00.000Z';
const NOW = '2030-01-02T00:00:00.000Z';
const ONE_CALL_LATER = '2030-01-02T00:01:00.000Z';
const TWO_CALLS_LATER = '2030-01-02T00:02:00.000Z';
const KEY = { id: 'aaaaaaaa', key: Buffer.alloc(32, 1) };
const hasher = createContentHasher(KEY);
const NAME = { namespace: 'shop', name: 'payments' };
const hash = (data: Readonly<Record<string, string>>, with_ = hasher) => with_.hash(NAME, bytesOf(data));

/** A history whose newest content came at `time`. */
const since = (time: string) => expect.objectContaining({ 0: expect.objectContaining({ time }) });

/** Every AwsSecret but `uid-0` exists and keeps Secret `payments`. The API server agrees, but for those `outdated`. */
function awsSecretsOf(calls: string[], outdated: readonly string[]): WriteDependencies['awsSecrets'] {
  return {
    withUid: uid => (uid === 'uid-0' ? undefined : anAwsSecret({ metadata: { uid } })),
    isCurrent: async ({ metadata }) => {
      calls.push(`current ${metadata.uid}`);
      return ok(!outdated.includes(metadata.uid));
    },
  };
}

/** An API server that holds at most one Secret, with its guards. */
function fakeStore(live?: LiveSecret) {
  const calls: string[] = [];
  const writes: SecretManifest[] = [];
  const removed: string[] = [];
  let present = live;
  const take = (manifest: SecretManifest): SecretMetadata => {
    writes.push(manifest);
    const { labels, annotations, ownerReferences, type, data } = manifest;
    const metadata = aSecret({ resourceVersion: '8', labels, annotations, ownerReferences });
    present = { metadata, type, immutable: false, data };
    return metadata;
  };
  const store: WriteDependencies['store'] = {
    async get() {
      calls.push('get');
      return ok(present);
    },
    async create(manifest) {
      calls.push('create');
      return present === undefined ? ok(take(manifest)) : ok('exists');
    },
    async replace(manifest, held, surplus) {
      calls.push('replace');
      removed.push(...surplus);
      const isHeld = present?.metadata.uid === held.uid && present.metadata.resourceVersion === held.resourceVersion;
      return isHeld ? ok(take(manifest)) : fail('Progressing', 'conflict', 'somebody else wrote it first');
    },
  };
  return { store, calls, writes, removed };
}

interface Options {
  readonly live?: LiveSecret;
  readonly cached?: SecretMetadata;
  readonly spec?: NonNullable<Parameters<typeof anAwsSecret>[0]>['spec'];
  readonly data?: Readonly<Record<string, string>>;
  readonly former?: readonly ContentChange[];
  /** UIDs of AwsSecrets that the API server has in another state than the cache. */
  readonly outdated?: readonly string[];
}

async function write(options: Options) {
  const { live, cached, spec = {}, data = { a: 'new' }, former = [], outdated = [] } = options;
  const awsSecret = anAwsSecret({ spec });
  const manifest = renderSecret(awsSecret, bytesOf(data));
  if (!manifest.ok) throw new Error(manifest.error.message);
  const { store, calls, writes, removed } = fakeStore(live);
  // Each call takes a minute.
  const clock = { now: () => Date.parse(NOW) + 60_000 * calls.length };
  const deps = { store, hasher, clock, awsSecrets: awsSecretsOf(calls, outdated) };
  const written = await writeSecret(deps, awsSecret, manifest.value, { cached, former });
  const history = writes.map(({ annotations }) => readHistory(aSecret({ annotations })));
  return { written, calls, writes, removed, history: history[0] };
}

const clock = { now: () => Date.parse(NOW) };
const nothing = { cached: undefined, former: [] };

const holding = (history: readonly ContentChange[]) => aSecret({ annotations: writeHistory(history) });

test('there is no Secret: it is created, with its history in the same request', async () => {
  const { written, calls, writes, history } = await write({});
  expect(calls).toEqual(['create']);
  expect(written).toMatchObject({ ok: true, value: { history: since(NOW), isNewContent: true } });
  expect(history).toEqual([{ content: hash({ a: 'new' }), time: NOW }]);
  expect(textOf(writes[0]?.data ?? new Map())).toEqual({ a: 'new' });
});

test('the watch knows our Secret: it is replaced without a read', async () => {
  const cached = holding([{ content: hash({ a: 'old' }), time: T0 }]);
  const { written, calls, history } = await write({ live: aLiveSecret({ a: 'old' }, { metadata: cached }), cached });
  expect(calls).toEqual(['replace']);
  expect(written).toMatchObject({ ok: true, value: { history: since(NOW), isNewContent: true } });
  expect(history).toEqual([
    { content: hash({ a: 'new' }), time: NOW },
    { content: hash({ a: 'old' }), time: T0 },
  ]);
});

test('equal content is written back over what somebody changed, and keeps its time: nobody is restarted', async () => {
  const cached = holding([{ content: hash({ a: 'new' }), time: T0 }]);
  const { written, calls } = await write({ live: aLiveSecret({ a: 'edited' }, { metadata: cached }), cached });
  expect(calls).toEqual(['replace']);
  expect(written).toMatchObject({ ok: true, value: { history: since(T0), isNewContent: false } });
});

test('the watch is behind: the guard refuses, and what the API server holds decides', async () => {
  const cached = holding([{ content: hash({ a: 'old' }), time: T0 }]);
  const live = aLiveSecret({ a: 'x' }, { metadata: { ...cached, resourceVersion: '9' } });
  const { written, calls, history } = await write({ live, cached });
  expect(written).toMatchObject({ ok: true, value: { isNewContent: true } });
  expect(calls).toEqual(['replace', 'get', 'replace']);
  expect(history?.map(({ content }) => content)).toEqual([hash({ a: 'new' }), hash({ a: 'old' })]);
});

test('the watch lost our Secret, and its data were edited: putting them right restarts nobody', async () => {
  const metadata = holding([{ content: hash({ a: 'new' }), time: T0 }]);
  const { written, calls } = await write({ live: aLiveSecret({ a: 'edited' }, { metadata }) });
  expect(calls).toEqual(['create', 'get', 'replace']);
  expect(written).toMatchObject({ ok: true, value: { history: since(T0), isNewContent: false } });
});

test('keys that an apply would leave there are looked for first, and go with the write itself', async () => {
  const cached = { ...holding([{ content: hash({ a: 'old', b: 'old' }), time: T0 }]), sharesData: true } as const;
  const { written, calls, removed } = await write({
    live: aLiveSecret({ a: 'old', b: 'old' }, { metadata: cached }),
    cached,
  });
  expect(calls).toEqual(['get', 'replace']);
  expect(removed).toEqual(['b']);
  expect(written).toMatchObject({ ok: true, value: { isNewContent: true } });
});

test('the hash key was lost: the live content is hashed anew, and equal content restarts nobody', async () => {
  const lost = createContentHasher({ id: 'bbbbbbbb', key: Buffer.alloc(32, 2) });
  const cached = holding([{ content: hash({ a: 'new' }, lost), time: T0 }]);
  const { written, calls, history } = await write({ live: aLiveSecret({ a: 'new' }, { metadata: cached }), cached });
  expect(calls).toEqual(['get', 'replace']);
  expect(written).toMatchObject({ ok: true, value: { history: since(T0), isNewContent: false } });
  expect(history).toEqual([{ content: hash({ a: 'new' }), time: T0, was: [hash({ a: 'new' }, lost)] }]);
});

test('the annotations were stripped: the live content is hashed', async () => {
  const cached = aSecret({ creationTimestamp: T0 });
  const { written, calls } = await write({ live: aLiveSecret({ a: 'new' }, { metadata: cached }), cached });
  expect(calls).toEqual(['get', 'replace']);
  expect(written).toMatchObject({ ok: true, value: { history: since(T0), isNewContent: false } });
});

test('a change is stamped when it is sent, not when it was decided: reads may take long', async () => {
  const cached = holding([{ content: hash({ a: 'old' }), time: T0 }]);
  const live = aLiveSecret({ a: 'x' }, { metadata: { ...cached, resourceVersion: '9' } });
  const { calls, history } = await write({ live, cached });
  expect(calls).toEqual(['replace', 'get', 'replace']);
  expect(history?.[0]).toEqual({ content: hash({ a: 'new' }), time: TWO_CALLS_LATER });
});

const old = { content: hash({ a: 'old' }), time: T0 };
const same = { content: hash({ a: 'new' }), time: T0 };
const lost = createContentHasher({ id: 'bbbbbbbb', key: Buffer.alloc(32, 2) });
const madeAnew: readonly {
  readonly why: string;
  readonly former: readonly ContentChange[];
  readonly history: readonly ContentChange[];
  readonly isNewContent: boolean;
}[] = [
  {
    why: 'of other content: pods run with the former one',
    former: [old],
    history: [{ ...same, time: ONE_CALL_LATER }, old],
    isNewContent: true,
  },
  { why: 'of equal content: nobody is restarted', former: [same], history: [same], isNewContent: false },
  {
    why: 'of equal content, while restarts for it are still to come: they are not forgotten',
    former: [same, old],
    history: [same, old],
    isNewContent: false,
  },
  {
    why: 'of equal content, known under the present key too',
    former: [{ ...same, content: 'cccccccc.1', was: [same.content] }],
    history: [{ ...same, content: 'cccccccc.1', was: [same.content] }],
    isNewContent: false,
  },
  {
    why: 'when the hash key is lost as well, nobody can tell: pods may run with another content',
    former: [{ content: hash({ a: 'new' }, lost), time: T0 }],
    history: [
      { ...same, time: ONE_CALL_LATER },
      { content: hash({ a: 'new' }, lost), time: T0 },
    ],
    isNewContent: true,
  },
];

for (const { why, former, history, isNewContent } of madeAnew) {
  test(`a Secret that was deleted is made anew ${why}`, async () => {
    const { written, calls, ...made } = await write({ former });
    expect(calls).toEqual(['current uid-1', 'create']);
    expect(made.history).toEqual(history);
    expect(written).toMatchObject({ ok: true, value: { history, isNewContent } });
  });
}

test('a Secret that was deleted with its AwsSecret is not made anew, although the cache still has that', async () => {
  const { written, calls } = await write({ former: [same], outdated: ['uid-1'] });
  expect(calls).toEqual(['current uid-1']);
  expect(written).toMatchObject({ ok: false, error: { retry: 'conflict' } });
});

test('a Secret that tells no history, such as one made by hand for one that was deleted, follows upon that', async () => {
  const live = aLiveSecret({ a: 'new' }, { metadata: aSecret({ creationTimestamp: NOW }) });
  const { written } = await write({ live, former: [same, old] });
  expect(written).toMatchObject({ ok: true, value: { history: [same, old], isNewContent: false } });
});

test('a create whose answer was lost finds our own Secret and replaces it', async () => {
  const live = aLiveSecret({ a: 'new' }, { metadata: holding([{ content: hash({ a: 'new' }), time: T0 }]) });
  const { written, calls } = await write({ live });
  expect(calls).toEqual(['create', 'get', 'replace']);
  expect(written).toMatchObject({ ok: true, value: { history: since(T0), isNewContent: false } });
});

const { ownerReferences: _, ...unowned } = aSecret({ creationTimestamp: T0 });
const adopt = { target: { creationPolicy: 'Adopt' } } as const;

test('a Secret is adopted: equal bytes are no change', async () => {
  const { written, calls, writes } = await write({
    live: aLiveSecret({ a: 'new' }, { metadata: unowned }),
    spec: adopt,
  });
  expect(calls).toEqual(['create', 'get', 'replace']);
  expect(written).toMatchObject({ ok: true, value: { history: since(T0), isNewContent: false } });
  expect(writes[0]).toMatchObject({ ownerReferences: [], labels: { [OWNER_LABEL]: 'uid-1' } });
});

test('a copy is adopted: what its annotations tell is of another Secret', async () => {
  const annotations = writeHistory([{ content: hash({ a: 'other' }), time: T0 }]);
  const live = aLiveSecret({ a: 'new' }, { metadata: { ...unowned, annotations } });
  const { written } = await write({ live, spec: adopt });
  expect(written).toMatchObject({ ok: true, value: { isNewContent: false } });
});

test('a Secret is adopted: other bytes are a change now', async () => {
  const { written, history } = await write({ live: aLiveSecret({ a: 'old' }, { metadata: unowned }), spec: adopt });
  expect(written).toMatchObject({ ok: true, value: { history: since(TWO_CALLS_LATER), isNewContent: true } });
  expect(history?.map(({ content }) => content)).toEqual([hash({ a: 'new' }), hash({ a: 'old' })]);
});

test('a Secret that lost its owner reference is taken back, because its content is what we wrote', async () => {
  const labels = { [OWNER_LABEL]: 'uid-1' };
  const annotations = writeHistory([{ content: hash({ a: 'old' }), time: T0 }]);
  const cached = { ...unowned, labels, annotations };
  const { written, calls, writes } = await write({ live: aLiveSecret({ a: 'old' }, { metadata: cached }), cached });
  expect(calls).toEqual(['get', 'replace']);
  expect(written).toMatchObject({ ok: true, value: { isNewContent: true } });
  expect(writes[0]?.ownerReferences).toEqual([anOwner()]);
});

test('one that carries our label and other content is nobody’s proof, and stays', async () => {
  const labels = { [OWNER_LABEL]: 'uid-1' };
  const annotations = writeHistory([{ content: hash({ a: 'old' }), time: T0 }]);
  const cached = { ...unowned, labels, annotations };
  const { written, calls } = await write({ live: aLiveSecret({ a: 'theirs' }, { metadata: cached }), cached });
  expect(calls).toEqual(['get']);
  expect(written).toMatchObject({ ok: false, error: { reason: 'TargetNotOwned' } });
});

test('an immutable Secret of other content is not even tried, one of equal content is', async () => {
  const metadata = aSecret();
  const other = await write({ live: aLiveSecret({ a: 'old' }, { metadata, immutable: true }) });
  expect(other.written).toMatchObject({ ok: false, error: { reason: 'TargetImmutable', retry: 'terminal' } });
  expect(other.calls).toEqual(['create', 'get']);
  const equal = await write({ live: aLiveSecret({ a: 'new' }, { metadata, immutable: true }) });
  expect(equal.written).toMatchObject({ ok: true, value: { isNewContent: false } });
});

const formerSelf = aSecret({ ownerReferences: [anOwner({ uid: 'uid-0' })] });

for (const { why, outdated, calls: then } of [
  { why: 'is written when the API server confirms it', outdated: [], calls: ['replace'] },
  { why: 'is not written when the cache is behind', outdated: ['uid-1'], calls: [] },
]) {
  test(`a Secret of our former self ${why}`, async () => {
    const live = aLiveSecret({ a: 'old' }, { metadata: formerSelf });
    const { written, calls } = await write({ live, cached: formerSelf, outdated });
    expect(written).toMatchObject(then.length > 0 ? { ok: true } : { ok: false, error: { retry: 'conflict' } });
    expect(calls).toEqual(['get', 'current uid-1', ...then]);
  });
}

const other = aSecret({ ownerReferences: [anOwner({ name: 'other', uid: 'uid-2' })] });
const refused = [
  { why: 'it is not ours', live: aLiveSecret({}, { metadata: unowned }), spec: {}, reason: 'TargetNotOwned' },
  {
    why: 'another AwsSecret keeps it',
    live: aLiveSecret({}, { metadata: other }),
    spec: {},
    reason: 'TargetOwnedByOther',
  },
  {
    why: 'another AwsSecret keeps it, even for Adopt',
    live: aLiveSecret({}, { metadata: other }),
    spec: adopt,
    reason: 'TargetOwnedByOther',
  },
  {
    why: 'it is ours, but of another type',
    live: aLiveSecret({}, { type: 'kubernetes.io/tls' }),
    spec: {},
    reason: 'TargetTypeDiffers',
  },
  {
    why: 'it may be adopted, but is of another type',
    live: aLiveSecret({}, { metadata: unowned, type: 'x/y' }),
    spec: adopt,
    reason: 'TargetTypeDiffers',
  },
] as const;

for (const { why, live, spec, reason } of refused) {
  test(`a Secret that stands in the way is not touched: ${why}`, async () => {
    const { written, calls, writes } = await write({ live, spec });
    expect(written).toMatchObject({ ok: false, error: { reason, retry: 'terminal' } });
    expect(calls).toEqual(['create', 'get']);
    expect(writes).toEqual([]);
  });
}

test('a Secret that is deleted between two calls is a conflict: the decision is made again', async () => {
  const store: WriteDependencies['store'] = {
    get: async () => ok(undefined),
    create: async () => ok('exists'),
    replace: async () => fail('InvalidSpec', 'terminal', 'must not be called'),
  };
  const manifest = renderSecret(anAwsSecret(), bytesOf({}));
  if (!manifest.ok) throw new Error('no manifest');
  const deps = { store, hasher, clock, awsSecrets: awsSecretsOf([], []) };
  const written = await writeSecret(deps, anAwsSecret(), manifest.value, nothing);
  expect(written).toMatchObject({ ok: false, error: { retry: 'conflict' } });
});

test('a refused call is passed on as it is', async () => {
  const refusal = fail('WriteRefused', 'content', 'RBAC');
  const manifest = renderSecret(anAwsSecret(), bytesOf({}));
  if (!manifest.ok) throw new Error('no manifest');
  const { store } = fakeStore();
  const awsSecret = anAwsSecret();
  const deps = { hasher, clock, awsSecrets: awsSecretsOf([], []) };
  const attempt = async (broken: Partial<WriteDependencies['store']>) =>
    await writeSecret({ ...deps, store: { ...store, ...broken } }, awsSecret, manifest.value, nothing);
  expect(await attempt({ create: async () => refusal })).toEqual(refusal);
  expect(await attempt({ create: async () => ok('exists'), get: async () => refusal })).toEqual(refusal);
  const get = async () => ok(aLiveSecret({}));
  expect(await attempt({ create: async () => ok('exists'), get, replace: async () => refusal })).toEqual(refusal);
});

import { expect, test } from 'vitest';
import { aLiveSecret, aLog, anAwsSecret, anOwner, aSecret, bytesOf } from '../../../../test/support/builders.ts';
import { writeHistory } from '../../../crds/content-history.ts';
import { OWNER_LABEL } from '../../../crds/names.ts';
import { fail, ok } from '../../runtime/error.ts';
import type { ObjectEvent } from '../../runtime/events.ts';
import { createContentHasher } from './content.ts';
import type { LiveSecret, SecretMetadata } from './secret.ts';
import { type TidyDependencies, tidy } from './tidy.ts';

const hasher = createContentHasher({ id: 'aaaaaaaa', key: Buffer.alloc(32, 1) });
const awsSecret = anAwsSecret();
const LOOK_AGAIN = 60_000;

/** A former target as the operator left it. */
function former(name = 'old', metadata: Partial<SecretMetadata> = {}): LiveSecret {
  const data = { a: 'one' };
  const content = hasher.hash({ namespace: 'shop', name }, bytesOf(data));
  const annotations = writeHistory([{ content, time: '2030-01-01T00:00:00.000Z' }]);
  const labels = { [OWNER_LABEL]: 'uid-1' };
  return aLiveSecret(data, { metadata: aSecret({ name, uid: `${name}-uid`, labels, annotations, ...metadata }) });
}

const { ownerReferences: _, ...unowned } = former().metadata;
const adopted: LiveSecret = { ...former(), metadata: unowned };
const refusal = fail('WriteRefused', 'content', 'RBAC');
const conflict = fail('Progressing', 'conflict', 'somebody else wrote it first');

interface Given {
  /** What the watch has; the API server has the same unless `live` says otherwise. */
  readonly cached?: readonly LiveSecret[];
  readonly live?: LiveSecret | null;
  readonly wantedBy?: readonly string[];
  readonly users?: Partial<NonNullable<TidyDependencies['users']>> | null;
  readonly isCurrent?: Awaited<ReturnType<TidyDependencies['awsSecrets']['isCurrent']>>;
  readonly remove?: Awaited<ReturnType<TidyDependencies['store']['remove']>>;
}

async function run({
  cached = [former()],
  live,
  wantedBy = [],
  users = {},
  isCurrent = ok(true),
  remove = ok(undefined),
}: Given) {
  const calls: string[] = [];
  const events: ObjectEvent[] = [];
  const { log, lines } = aLog();
  const act = (verb: string) => async (held: SecretMetadata) => {
    calls.push(`${verb} ${held.name} ${held.resourceVersion}`);
    return remove;
  };
  const nobody = { workload: () => undefined, find: async () => ok(undefined) };
  const deps: TidyDependencies = {
    awsSecrets: {
      get: () => awsSecret,
      withUid: () => undefined,
      keeping: () => wantedBy,
      isCurrent: async () => isCurrent,
    },
    secrets: { get: () => undefined, ownedBy: () => cached.map(({ metadata }) => metadata) },
    users: users === null ? undefined : { ...nobody, ...users },
    store: {
      get: async ({ name }) => {
        calls.push(`get ${name}`);
        return ok(live === undefined ? cached.find(({ metadata }) => metadata.name === name) : (live ?? undefined));
      },
      remove: act('delete'),
      release: act('release'),
    },
    hasher,
    events: { record: async event => void events.push(event) },
  };
  const lookAgainMs = await tidy(awsSecret, deps, log);
  return {
    lookAgainMs,
    calls,
    lines,
    events,
    told: events.map(({ type, reason, note }) => `${type} ${reason}: ${note}`),
  };
}

const rows: readonly {
  readonly why: string;
  readonly given: Given;
  readonly calls: readonly string[];
  readonly told: readonly string[];
  readonly looksAgain: boolean;
}[] = [
  { why: 'there is no former target', given: { cached: [] }, calls: [], told: [], looksAgain: false },
  {
    why: 'nobody uses it',
    given: {},
    calls: ['get old', 'delete old 7'],
    told: ['Normal FormerTargetDeleted: Secret "old", a former target, is deleted: nobody uses it any more.'],
    looksAgain: false,
  },
  {
    why: 'a workload uses it: nothing is even asked',
    given: { users: { workload: () => 'Deployment app' } },
    calls: [],
    told: ['Warning FormerTargetInUse: Secret "old", a former target, stays: Deployment app uses it.'],
    looksAgain: true,
  },
  {
    why: 'a pod uses it that no workload stands for',
    given: { users: { find: async () => ok('Pod p') } },
    calls: ['get old'],
    told: ['Warning FormerTargetInUse: Secret "old", a former target, stays: Pod p uses it.'],
    looksAgain: true,
  },
  {
    why: 'the operator does not know the workloads',
    given: { users: null },
    calls: [],
    told: [],
    looksAgain: false,
  },
  {
    why: 'another AwsSecret names it now, and takes it over',
    given: { wantedBy: ['shop/other'] },
    calls: [],
    told: [],
    looksAgain: false,
  },
  {
    why: 'it was adopted: it is let go, whoever uses it',
    given: { cached: [adopted], users: { workload: () => 'Deployment app' } },
    calls: ['get old', 'release old 7'],
    told: [],
    looksAgain: false,
  },
  {
    why: 'it was adopted, and the operator does not know the workloads',
    given: { cached: [adopted], users: null },
    calls: ['get old', 'release old 7'],
    told: [],
    looksAgain: false,
  },
  { why: 'it is gone already', given: { live: null }, calls: ['get old'], told: [], looksAgain: false },
  {
    why: 'the cache is behind: another AwsSecret has it',
    given: { live: former('old', { ownerReferences: [anOwner({ uid: 'uid-2' })] }) },
    calls: ['get old'],
    told: [],
    looksAgain: false,
  },
  {
    why: 'the cache is behind: the version that is deleted is the one that was looked at',
    given: { live: former('old', { resourceVersion: '8' }) },
    calls: ['get old', 'delete old 8'],
    told: ['Normal FormerTargetDeleted: Secret "old", a former target, is deleted: nobody uses it any more.'],
    looksAgain: false,
  },
  {
    why: 'the name was changed back meanwhile',
    given: { isCurrent: ok(false) },
    calls: ['get old'],
    told: [],
    looksAgain: true,
  },
  {
    why: 'the API server cannot be asked',
    given: { isCurrent: refusal },
    calls: ['get old'],
    told: ['Warning WriteRefused: Secret "old", a former target, stays: RBAC'],
    looksAgain: true,
  },
  {
    why: 'the pods cannot be listed',
    given: { users: { find: async () => refusal } },
    calls: ['get old'],
    told: ['Warning WriteRefused: Secret "old", a former target, stays: RBAC'],
    looksAgain: true,
  },
  {
    why: 'somebody has written it',
    given: { remove: conflict },
    calls: ['get old', 'delete old 7'],
    told: [],
    looksAgain: true,
  },
  {
    why: 'it may not be deleted',
    given: { remove: refusal },
    calls: ['get old', 'delete old 7'],
    told: ['Warning WriteRefused: Secret "old", a former target, stays: RBAC'],
    looksAgain: true,
  },
  {
    why: 'one of two is in use',
    given: {
      cached: [former('one'), former('two')],
      users: { workload: ({ name }) => (name === 'one' ? 'Deployment app' : undefined) },
    },
    calls: ['get two', 'delete two 7'],
    told: [
      'Warning FormerTargetInUse: Secret "one", a former target, stays: Deployment app uses it.',
      'Normal FormerTargetDeleted: Secret "two", a former target, is deleted: nobody uses it any more.',
    ],
    looksAgain: true,
  },
];

for (const { why, given, calls, told, looksAgain } of rows) {
  test(why, async () => {
    const done = await run(given);
    expect(done.calls).toEqual(calls);
    expect(done.told).toEqual(told);
    expect(done.lookAgainMs).toBe(looksAgain ? LOOK_AGAIN : undefined);
  });
}

test('what is told names both objects, and is the same each time: it is stored once', async () => {
  const inUse = { users: { workload: () => 'Deployment app' } };
  const [first, second] = [await run(inUse), await run(inUse)];
  expect(first.events).toEqual(second.events);
  expect(first.events[0]).toMatchObject({
    action: 'Delete',
    regarding: { uid: 'uid-1' },
    related: { kind: 'Secret', metadata: { uid: 'old-uid' } },
  });
});

test('what is done is logged, by name', async () => {
  expect((await run({})).lines).toMatchObject([{ level: 'info', event: 'former target deleted', secret: 'old' }]);
  expect((await run({ cached: [adopted] })).lines).toMatchObject([{ event: 'former target released', secret: 'old' }]);
});

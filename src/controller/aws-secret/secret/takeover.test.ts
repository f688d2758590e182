import { expect, test } from 'vitest';
import { anAwsSecret, anOwner, aSecret } from '../../../../test/support/builders.ts';
import { OWNER_LABEL } from '../../../crds/names.ts';
import { fail, ok } from '../../runtime/error.ts';
import type { SecretMetadata } from './secret.ts';
import { confirmTakeover } from './takeover.ts';

const uids = ['uid-1', 'uid-4', 'uid-5'];

/** The cache knows `uid-1`, who asks, `uid-4`, and `uid-5`, which is being deleted. The API server agrees on `current`. */
function awsSecretsOf(current: readonly string[]) {
  const asked: string[] = [];
  const lookup = {
    withUid: (uid: string) => {
      if (!uids.includes(uid)) return undefined;
      return anAwsSecret({ metadata: { uid, ...(uid === 'uid-5' && { deletionTimestamp: '2030-01-01T00:00:00Z' }) } });
    },
    isCurrent: async ({ metadata }: { readonly metadata: { readonly uid: string } }) => {
      asked.push(metadata.uid);
      return ok(current.includes(metadata.uid));
    },
  };
  return { lookup, asked };
}

const owned = (uid: string) => aSecret({ ownerReferences: [anOwner({ uid })] });
const labelled = (uid: string) => aSecret({ ownerReferences: [], labels: { [OWNER_LABEL]: uid } });

const rows: readonly {
  readonly why: string;
  readonly live: SecretMetadata;
  readonly current: readonly string[];
  readonly asked: readonly string[];
  readonly is: boolean;
}[] = [
  { why: 'we are there', live: owned('uid-0'), current: ['uid-1'], asked: ['uid-1'], is: true },
  {
    why: 'its unknown owner is our successor: we are dead, and the collector would take the Secret',
    live: owned('uid-2'),
    current: [],
    asked: ['uid-1'],
    is: false,
  },
  {
    why: 'its owner really keeps another Secret',
    live: owned('uid-4'),
    current: ['uid-1', 'uid-4'],
    asked: ['uid-1', 'uid-4'],
    is: true,
  },
  {
    why: 'its owner may have come back to it',
    live: owned('uid-4'),
    current: ['uid-1'],
    asked: ['uid-1', 'uid-4'],
    is: false,
  },
  {
    why: 'an owner that is being deleted writes nothing, however long that takes',
    live: owned('uid-5'),
    current: ['uid-1'],
    asked: ['uid-1'],
    is: true,
  },
  { why: 'its adopter is gone', live: labelled('uid-0'), current: ['uid-1'], asked: ['uid-1'], is: true },
  {
    why: 'its adopter may have come back to it',
    live: labelled('uid-4'),
    current: ['uid-1'],
    asked: ['uid-1', 'uid-4'],
    is: false,
  },
];

for (const { why, live, current, asked, is } of rows) {
  test(`a takeover is ${is ? 'confirmed' : 'not confirmed'}: ${why}`, async () => {
    const { lookup, asked: made } = awsSecretsOf(current);
    const confirmed = await confirmTakeover(anAwsSecret(), live, lookup);
    expect(confirmed).toMatchObject(is ? { ok: true } : { ok: false, error: { retry: 'conflict' } });
    expect(made).toEqual(asked);
  });
}

test('no answer is passed on: nothing is known', async () => {
  const silent = fail('ApiServerUnavailable', 'transient', 'no answer');
  const lookup = { ...awsSecretsOf([]).lookup, isCurrent: async () => silent };
  expect(await confirmTakeover(anAwsSecret(), owned('uid-0'), lookup)).toEqual(silent);
});

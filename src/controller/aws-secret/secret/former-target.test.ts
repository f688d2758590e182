import { expect, test } from 'vitest';
import { aLiveSecret, anAwsSecret, anOwner, aSecret, bytesOf } from '../../../../test/support/builders.ts';
import { writeHistory } from '../../../crds/content-history.ts';
import { OWNER_LABEL } from '../../../crds/names.ts';
import { createContentHasher } from './content.ts';
import { farewell, formerTargets } from './former-target.ts';
import type { LiveSecret, SecretMetadata } from './secret.ts';

const hasher = createContentHasher({ id: 'aaaaaaaa', key: Buffer.alloc(32, 1) });
const lostKey = createContentHasher({ id: 'bbbbbbbb', key: Buffer.alloc(32, 2) });
const DATA = { a: 'one' };

const label = (uid: string) => ({ [OWNER_LABEL]: uid });
const named = (name: string, metadata: Partial<SecretMetadata> = {}) =>
  aSecret({ name, uid: `${name}-uid`, labels: label('uid-1'), ...metadata });
const { ownerReferences: _, ...unowned } = named('old');

/** Secret `old` as the operator left it, with `DATA`. */
function left(metadata: Partial<SecretMetadata> = {}, live: Partial<LiveSecret> = {}, with_ = hasher): LiveSecret {
  const content = with_.hash({ namespace: 'shop', name: 'old' }, bytesOf(DATA));
  const annotations = writeHistory([{ content, time: '2030-01-01T00:00:00.000Z' }]);
  return aLiveSecret(DATA, { metadata: { ...named('old'), annotations, ...metadata }, ...live });
}

test('former targets are those that name us and are not the target', () => {
  const other = named('b', { ownerReferences: [anOwner({ uid: 'uid-2' })] });
  const secrets = [
    named('payments'),
    named('a'),
    other,
    named('e', { namespace: 'elsewhere' }),
    { ...unowned, name: 'c' },
  ];
  expect(formerTargets(anAwsSecret(), secrets).map(({ name }) => name)).toEqual(['a', 'c']);
  expect(formerTargets(anAwsSecret({ spec: { target: { name: 'a' } } }), secrets).map(({ name }) => name)).toEqual([
    'payments',
    'c',
  ]);
});

const app = anOwner({ apiVersion: 'v1', kind: 'App', uid: 'app', controller: false });
const { annotations: __, ...bare } = left().metadata;

const rows: readonly {
  readonly why: string;
  readonly live: LiveSecret;
  readonly is: string;
  readonly says?: string;
}[] = [
  { why: 'it is as we left it', live: left(), is: 'delete' },
  { why: 'it was adopted: it is not ours to delete', live: { ...left(), metadata: unowned }, is: 'release' },
  { why: 'somebody else owns it too', live: left({ ownerReferences: [anOwner(), app] }), is: 'release' },
  {
    why: 'its data were edited: somebody works with it',
    live: left({}, { data: bytesOf({ a: 'two' }) }),
    is: 'release',
  },
  {
    why: 'it is a copy under another name, with all of our metadata',
    live: left({ name: 'backup', uid: 'backup-uid' }),
    is: 'release',
  },
  { why: 'our annotations are gone', live: { ...left(), metadata: bare }, is: 'release' },
  { why: 'the key is lost: nothing is proven', live: left({}, {}, lostKey), is: 'keep', says: 'key' },
  {
    why: 'an Ingress may use it',
    live: left({}, { type: 'kubernetes.io/tls' }),
    is: 'keep',
    says: 'kubernetes.io/tls',
  },
  {
    why: 'a ServiceAccount may use it',
    live: left({}, { type: 'kubernetes.io/dockerconfigjson' }),
    is: 'keep',
    says: 'dockerconfigjson',
  },
  ...['kubernetes.io/basic-auth', 'kubernetes.io/ssh-auth'].map(type => ({
    why: `a build or a Git source may use a Secret of type ${type}`,
    live: left({}, { type }),
    is: 'keep' as const,
    says: type,
  })),
  { why: 'another AwsSecret has taken it', live: left({ ownerReferences: [anOwner({ uid: 'uid-2' })] }), is: 'ignore' },
  {
    why: 'another AwsSecret has adopted it',
    live: { ...left(), metadata: { ...unowned, labels: label('uid-2') } },
    is: 'ignore',
  },
];

for (const { why, live, is, says } of rows) {
  test(`${why} → ${is}`, () => {
    const decided = farewell(anAwsSecret(), live, hasher);
    expect(decided.kind).toBe(is);
    if (decided.kind === 'keep') expect(decided.why).toContain(says);
  });
}

import { expect, test } from 'vitest';
import { aChange, aHistory, anAwsSecret, anOwner, aSecret } from '../../../test/support/builders.ts';
import type { AwsSecret } from '../../crds/aws-secret.ts';
import { writeHistory } from '../../crds/content-history.ts';
import { OWNER_LABEL } from '../../crds/names.ts';
import type { ObjectMeta } from '../../crds/object.ts';
import { changeId, changeOf, interludes, isFirst } from './change.ts';

const START = Date.parse('2030-01-01T12:00:00.000Z');
const MINUTE = 60_000;
const history = aHistory(['k.b', START], ['k.a', START - MINUTE]);
const secret = aSecret({ annotations: writeHistory(history) });

test('a change is what the Secret went through, and whom its AwsSecret wants restarted', () => {
  const awsSecret = anAwsSecret({ spec: { target: { name: 'db' }, rollout: { restart: 'Static' } } });
  const change = { secretName: 'db', content: 'k.b', history, restart: 'Static' };
  expect(changeOf(awsSecret, { ...secret, name: 'db' })).toEqual(change);
});

const rows: readonly {
  readonly why: string;
  readonly awsSecret?: AwsSecret;
  readonly secret?: ObjectMeta | undefined;
  readonly is: boolean;
}[] = [
  { why: 'the AwsSecret owns the Secret', is: true },
  {
    why: 'it has adopted the Secret: the label tells whose it is',
    secret: { ...secret, ownerReferences: [], labels: { [OWNER_LABEL]: 'uid-1' } },
    is: true,
  },
  {
    why: 'one owner among others',
    secret: { ...secret, ownerReferences: [anOwner({ uid: 'uid-2', controller: false }), anOwner()] },
    is: true,
  },
  { why: 'there is no Secret yet', secret: undefined, is: false },
  {
    why: 'the Secret belongs to another',
    secret: { ...secret, ownerReferences: [anOwner({ uid: 'uid-2' })] },
    is: false,
  },
  {
    why: 'the Secret belongs to a dead AwsSecret of the same name',
    secret: { ...secret, ownerReferences: [anOwner({ uid: 'uid-0' })], labels: { [OWNER_LABEL]: 'uid-0' } },
    is: false,
  },
  { why: 'the Secret tells no content', secret: aSecret(), is: false },
  {
    why: 'the Secret tells a time that is none',
    secret: aSecret({ annotations: writeHistory([{ content: 'k.b', time: 'yesterday' }]) }),
    is: false,
  },
  { why: 'the AwsSecret is suspended', awsSecret: anAwsSecret({ spec: { suspend: true } }), is: false },
  {
    why: 'the AwsSecret is being deleted',
    awsSecret: anAwsSecret({ metadata: { deletionTimestamp: '2030-01-01T00:00:00Z' } }),
    is: false,
  },
];

for (const { why, awsSecret = anAwsSecret(), is, ...row } of rows) {
  test(`${is ? 'a change' : 'no change'}: ${why}`, () => {
    const found = changeOf(awsSecret, 'secret' in row ? row.secret : secret);
    expect(found !== undefined).toBe(is);
  });
}

test('a content is the first of its Secret while the history knows no other', () => {
  expect(isFirst(aChange({ history: history.slice(0, 1) }))).toBe(true);
  expect(isFirst(aChange({ history }))).toBe(false);
});

test('a content that comes back is another change, by its time', () => {
  const back = aChange({ history: aHistory(['k.a', START + MINUTE], ['k.b', START], ['k.a', START - MINUTE]) });
  const before = aChange({ history: aHistory(['k.a', START - MINUTE]) });
  expect(changeId(back)).not.toBe(changeId(before));
  expect(changeId(back)).toBe(changeId({ ...back, restart: 'None' }));
});

/** `A B A`: contents, newest first, a minute apart; the newest came at minute 0. */
const contents = (text: string) =>
  aHistory(...text.split(' ').map((content, index) => [content, START - index * MINUTE] as const));

const interludeRows = [
  { why: 'its first content', history: 'A', minutes: [] },
  { why: 'a content that is new to it', history: 'B A', minutes: [] },
  { why: 'new to it, after many', history: 'E D C B A', minutes: [] },
  { why: 'there and back', history: 'A B A', minutes: [[-1, 0]] },
  {
    why: 'back over two others',
    history: 'A C B A',
    minutes: [
      [-1, 0],
      [-2, -1],
    ],
  },
  {
    why: 'back twice: a pod may be from either time',
    history: 'A C A B A',
    minutes: [
      [-1, 0],
      [-3, -2],
    ],
  },
  { why: 'what came before its first time is not in between', history: 'A C A B', minutes: [[-1, 0]] },
  { why: 'the same content twice, as a hand may have written it', history: 'A A', minutes: [] },
  {
    why: 'the history has lost its first time: the template that names it is trusted',
    history: 'A E D C B',
    minutes: [],
  },
];

for (const { why, history: text, minutes } of interludeRows) {
  test(`${text}, held others for ${JSON.stringify(minutes)}: ${why}`, () => {
    const found = interludes(aChange({ history: contents(text) }));
    expect(found.map(({ since, until }) => [since, until].map(at => (at - START) / MINUTE))).toEqual(minutes);
  });
}

test('the content is known under the hashes of lost keys too', () => {
  const [newest, ...older] = contents('A3 B A1');
  const was = (...hashes: string[]) =>
    aChange({ history: [{ content: 'A3', time: newest?.time ?? '', was: hashes }, ...older] });
  expect(interludes(was('A1'))).toHaveLength(1);
  expect(interludes(was('A2', 'A1'))).toHaveLength(1);
  expect(interludes(was('A0'))).toHaveLength(0);
});

test('an earlier time of it is known under the hashes of lost keys too', () => {
  const [newest, other, first] = contents('A1 B A2');
  if (newest === undefined || other === undefined || first === undefined) throw new Error('no history');
  expect(interludes(aChange({ history: [newest, other, { ...first, was: ['A1'] }] }))).toHaveLength(1);
});

import { expect, test } from 'vitest';
import { aSecret } from '../../../../test/support/builders.ts';
import { type ContentChange, writeHistory } from '../../../crds/content-history.ts';
import { nextHistory } from './history.ts';

const T0 = '2030-01-01T00:00:00.000Z';
const T1 = '2030-01-02T00:00:00.000Z';
const NOW = '2030-01-03T00:00:00.000Z';
const change = (content: string, time: string): ContentChange => ({ content, time });

const rows: readonly {
  readonly why: string;
  readonly held: readonly ContentChange[];
  readonly heldContent: string;
  readonly content: string;
  readonly gives: readonly ContentChange[];
}[] = [
  {
    why: 'equal content keeps its time: repairing is no change',
    held: [change('k.a', T0)],
    heldContent: 'k.a',
    content: 'k.a',
    gives: [change('k.a', T0)],
  },
  {
    why: 'other content changed now, and the old one keeps its time',
    held: [change('k.a', T0)],
    heldContent: 'k.a',
    content: 'k.b',
    gives: [change('k.b', NOW), change('k.a', T0)],
  },
  {
    why: 'older contents stay behind',
    held: [change('k.b', T1), change('k.a', T0)],
    heldContent: 'k.b',
    content: 'k.c',
    gives: [change('k.c', NOW), change('k.b', T1), change('k.a', T0)],
  },
  {
    why: 'going back is a change too: containers run with what stood between',
    held: [change('k.b', T1), change('k.a', T0)],
    heldContent: 'k.b',
    content: 'k.a',
    gives: [change('k.a', NOW), change('k.b', T1), change('k.a', T0)],
  },
  {
    why: 'a new key for equal content keeps the time',
    held: [change('old.a', T0)],
    heldContent: 'new.a',
    content: 'new.a',
    gives: [{ ...change('new.a', T0), was: 'old.a' }],
  },
  {
    why: 'the hash under the lost key is told as long as the content stands',
    held: [{ ...change('new.a', T0), was: 'old.a' }],
    heldContent: 'new.a',
    content: 'new.a',
    gives: [{ ...change('new.a', T0), was: 'old.a' }],
  },
  {
    why: 'two operators with a key each do not take turns for ever: what tells it under ours stays as it is',
    held: [{ ...change('theirs.a', T0), was: 'ours.a' }],
    heldContent: 'ours.a',
    content: 'ours.a',
    gives: [{ ...change('theirs.a', T0), was: 'ours.a' }],
  },
  {
    why: 'a new key and new content: the old content is told under the new key',
    held: [change('old.a', T0)],
    heldContent: 'new.a',
    content: 'new.b',
    gives: [change('new.b', NOW), change('new.a', T0)],
  },
];

for (const { why, held, heldContent, content, gives } of rows) {
  test(why, () => {
    const metadata = aSecret({ annotations: writeHistory(held) });
    expect(nextHistory({ metadata, heldContent }, content, NOW)).toEqual(gives);
  });
}

test('a new Secret begins its history now', () => {
  expect(nextHistory(undefined, 'k.a', NOW)).toEqual([change('k.a', NOW)]);
});

test('an adopted Secret of equal content has held it since it was made: adopting restarts nobody', () => {
  const metadata = aSecret({ creationTimestamp: '2029-01-01T00:00:00Z' });
  expect(nextHistory({ metadata, heldContent: 'k.a' }, 'k.a', NOW)).toEqual([change('k.a', '2029-01-01T00:00:00Z')]);
});

test('an adopted Secret of other content is changed now', () => {
  const metadata = aSecret({ creationTimestamp: '2029-01-01T00:00:00Z' });
  const gives = [change('k.b', NOW), change('k.a', '2029-01-01T00:00:00Z')];
  expect(nextHistory({ metadata, heldContent: 'k.a' }, 'k.b', NOW)).toEqual(gives);
});

test('a Secret that does not tell when it was made has held its content since now', () => {
  expect(nextHistory({ metadata: aSecret(), heldContent: 'k.a' }, 'k.a', NOW)).toEqual([change('k.a', NOW)]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ContentChange, hashesOf } from '../../../crds/content-history.ts';
import { nextHistory } from './history.ts';

const T0 = '2030-01-01T00:00:00.000Z';
const T1 = '2030-01-02T00:00:00.000Z';
const NOW = '2030-01-03T00:00:00.000Z';
const NOW_MS = Date.parse(NOW);
const LATER = '2030-01-04T00:00:00.000Z';
const change = (content: string, time: string, ...was: string[]): ContentChange => ({
  content,
  time,
  ...(was.length > 0 && { was }),
});

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
    gives: [change('new.a', T0, 'old.a')],
  },
  {
    why: 'the hash under the lost key is told as long as the content stands',
    held: [change('new.a', T0, 'old.a')],
    heldContent: 'new.a',
    content: 'new.a',
    gives: [change('new.a', T0, 'old.a')],
  },
  {
    why: 'two operators with a key each do not take turns for ever: what tells it under ours stays as it is',
    held: [change('theirs.a', T0, 'ours.a')],
    heldContent: 'ours.a',
    content: 'ours.a',
    gives: [change('theirs.a', T0, 'ours.a')],
  },
  {
    why: 'a new key and new content: the old content is told under the new key',
    held: [change('old.a', T0)],
    heldContent: 'new.a',
    content: 'new.b',
    gives: [change('new.b', NOW), change('new.a', T0, 'old.a')],
  },
  {
    why: 'a second lost key: workloads that were rolled under the first are up to date too',
    held: [change('k2.a', T0, 'k1.a')],
    heldContent: 'k3.a',
    content: 'k3.a',
    gives: [change('k3.a', T0, 'k2.a', 'k1.a')],
  },
  {
    why: 'no more than five lost keys, the last ones',
    held: [change('k6.a', T0, 'k5.a', 'k4.a', 'k3.a', 'k2.a', 'k1.a')],
    heldContent: 'k7.a',
    content: 'k7.a',
    gives: [change('k7.a', T0, 'k6.a', 'k5.a', 'k4.a', 'k3.a', 'k2.a')],
  },
  {
    why: 'a content keeps all its names when another follows',
    held: [change('theirs.a', T0, 'ours.a')],
    heldContent: 'ours.a',
    content: 'ours.b',
    gives: [change('ours.b', NOW), change('theirs.a', T0, 'ours.a')],
  },
  {
    why: 'what differs under one key is no other name of the same: it was copied from another Secret, or edited',
    held: [change('k.other', T0, 'old.other')],
    heldContent: 'k.a',
    content: 'k.a',
    gives: [change('k.a', T0, 'old.other')],
  },
  {
    why: 'a clock that was set back: what comes later is later',
    held: [change('k.b', LATER), change('k.a', T0)],
    heldContent: 'k.b',
    content: 'k.c',
    gives: [change('k.c', '2030-01-04T00:00:00.001Z'), change('k.b', LATER), change('k.a', T0)],
  },
  {
    why: 'two changes in one millisecond are two',
    held: [change('k.b', NOW), change('k.a', T0)],
    heldContent: 'k.b',
    content: 'k.a',
    gives: [change('k.a', '2030-01-03T00:00:00.001Z'), change('k.b', NOW), change('k.a', T0)],
  },
  {
    why: 'a time that nothing can follow, as somebody may have written it, is not followed',
    held: [change('k.a', '9999-12-31T23:59:59.999Z')],
    heldContent: 'k.a',
    content: 'k.b',
    gives: [change('k.b', NOW), change('k.a', '9999-12-31T23:59:59.999Z')],
  },
];

for (const { why, held, heldContent, content, gives } of rows) {
  test(why, () => {
    expect(nextHistory({ history: held, content: heldContent }, content, NOW_MS)).toEqual(gives);
  });
}

test('a new Secret begins its history now', () => {
  expect(nextHistory(undefined, 'k.a', NOW_MS)).toEqual([change('k.a', NOW)]);
});

const CREATED = '2029-01-01T00:00:00Z';
const adopted = { history: [], content: 'k.a', since: CREATED };

test('an adopted Secret of equal content has held it since it was made: adopting restarts nobody', () => {
  expect(nextHistory(adopted, 'k.a', NOW_MS)).toEqual([change('k.a', CREATED)]);
});

test('an adopted Secret of other content is changed now', () => {
  expect(nextHistory(adopted, 'k.b', NOW_MS)).toEqual([change('k.b', NOW), change('k.a', CREATED)]);
});

test('a Secret that does not tell when it was made has held its content since now', () => {
  expect(nextHistory({ history: [], content: 'k.a' }, 'k.a', NOW_MS)).toEqual([change('k.a', NOW)]);
});

const installations = fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { minLength: 1 });
const contents = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 6 });

test('installations with a key each come to rest after each content, and none loses its own name of it', () => {
  fc.assert(
    fc.property(installations, contents, (keys, wanted) => {
      let history: readonly ContentChange[] = [];
      const turn = (key: string, present: string, next: string): boolean => {
        const before = JSON.stringify(history);
        const held = history.length === 0 ? undefined : { history, content: `${key}.${present}` };
        history = nextHistory(held, `${key}.${next}`, NOW_MS);
        return JSON.stringify(history) !== before;
      };
      let present = '';
      for (const next of wanted) {
        for (const key of keys) {
          turn(key, present, next);
          present = next;
        }
        expect(keys.some(key => turn(key, next, next))).toBe(false);
        expect([...hashesOf(history[0] ?? { content: '', time: '' })].sort()).toEqual(
          keys.map(key => `${key}.${next}`).sort(),
        );
      }
    }),
  );
});

test('each change is later than the one before, whatever the clock says', () => {
  const clock = fc.array(fc.integer({ min: 0, max: 4e12 }), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(clock, times => {
      let history: readonly ContentChange[] = [];
      for (const [index, now] of times.entries()) {
        const held = history[0] && { history, content: history[0].content };
        history = nextHistory(held, `k.${index}`, now);
      }
      const told = history.map(({ time }) => Date.parse(time));
      for (const [index, time] of told.slice(1).entries()) expect(time).toBeLessThan(told[index] ?? 0);
    }),
  );
});

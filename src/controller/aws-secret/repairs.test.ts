import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isContest, type Repairs, repaired, repairPauseMs } from './repairs.ts';

const MINUTE = 60_000;

/** Repairs one after the other, each as soon as it may be made. */
function fight(times: number): readonly { readonly repairs: Repairs; readonly pauseMs: number }[] {
  const all: { repairs: Repairs; pauseMs: number }[] = [];
  let now = 0;
  for (let index = 0; index < times; index += 1) {
    const repairs = repaired(all.at(-1)?.repairs, now);
    const pauseMs = repairPauseMs(repairs);
    all.push({ repairs, pauseMs });
    now += Math.max(2_000, pauseMs);
  }
  return all;
}

test('a few edits are put right at once, a program that does not stop ever more rarely', () => {
  expect(fight(9).map(({ pauseMs }) => pauseMs / 1_000)).toEqual([0, 0, 0, 0, 0, 4, 8, 16, 32]);
  expect(fight(40).at(-1)?.pauseMs).toBe(5 * MINUTE);
});

test('it is told once, when the pauses begin', () => {
  expect(fight(40).filter(({ repairs }) => isContest(repairs))).toHaveLength(1);
});

test('ten quiet minutes end it', () => {
  const before = fight(40).at(-1)?.repairs ?? { count: 0, at: 0 };
  expect(repaired(before, before.at + 10 * MINUTE)).toMatchObject({ count: 1 });
  expect(repaired(before, before.at + 10 * MINUTE - 1).count).toBe(before.count + 1);
});

test('nothing that was never repaired waits', () => {
  expect([repairPauseMs(undefined), isContest(undefined)]).toEqual([0, false]);
});

test('the pause never shrinks while it goes on, and is never longer than five minutes', () => {
  fc.assert(
    fc.property(fc.nat(2_000), count => {
      const pauses = [count, count + 1].map(n => repairPauseMs({ count: n, at: 0 }));
      return (pauses[0] ?? 0) <= (pauses[1] ?? 0) && (pauses[1] ?? 0) <= 5 * MINUTE;
    }),
  );
});

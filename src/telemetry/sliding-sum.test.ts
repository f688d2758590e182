import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { createSlidingSum } from './sliding-sum.ts';

const STEP = 1_000;
const STEPS = 5;

function world(startedAt = 0) {
  const clock = createFakeClock();
  clock.advance(startedAt);
  return { clock, sum: createSlidingSum({ clock, stepMs: STEP, steps: STEPS }) };
}

test('at the beginning the time is what has passed, and not the window', () => {
  const { clock, sum } = world(7_777);
  sum.add(2);
  expect(sum.read()).toEqual({ sum: 2, overMs: 0 });
  clock.advance(1_500);
  sum.add(3);
  expect(sum.read()).toEqual({ sum: 5, overMs: 1_500 });
});

test('what is older than the window goes, step by step', () => {
  const { clock, sum } = world();
  sum.add(1);
  clock.advance(STEP);
  sum.add(10);
  clock.advance(3 * STEP);
  expect(sum.read()).toEqual({ sum: 11, overMs: 4 * STEP });
  clock.advance(STEP);
  expect(sum.read()).toEqual({ sum: 10, overMs: 4 * STEP });
  clock.advance(STEP);
  expect(sum.read()).toEqual({ sum: 0, overMs: 4 * STEP });
});

test('a long silence leaves nothing', () => {
  const { clock, sum } = world();
  sum.add(1);
  clock.advance(1_000_000 * STEP + 1);
  expect(sum.read().sum).toBe(0);
  sum.add(4);
  expect(sum.read().sum).toBe(4);
});

test('whenever it is read, it is the sum of what was added in these steps', () => {
  const amounts = fc.array(fc.record({ waitMs: fc.nat(2_500), amount: fc.nat(9) }), { maxLength: 60 });
  fc.assert(
    fc.property(amounts, fc.nat(STEPS * STEP * 2), (all, waitMs) => {
      const { clock, sum } = world();
      const added = all.map(({ waitMs, amount }) => {
        clock.advance(waitMs);
        sum.add(amount);
        return { at: clock.monotonic(), amount };
      });
      clock.advance(waitMs);
      const first = Math.floor(clock.monotonic() / STEP) - STEPS + 1;
      const expected = added.filter(({ at }) => Math.floor(at / STEP) >= first);
      expect(sum.read().sum).toBe(expected.reduce((total, { amount }) => total + amount, 0));
    }),
  );
});

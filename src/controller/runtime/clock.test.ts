import { expect, test } from 'vitest';
import { createFakeClock, settled } from '../../../test/support/fake-clock.ts';
import { isSettledWithin, pause } from './clock.ts';

/** Whether a pause has ended, seen after each step. */
function watch(promise: Promise<void>): () => Promise<boolean> {
  let isOver = false;
  void promise.then(() => {
    isOver = true;
  });
  return async () => {
    await settled();
    return isOver;
  };
}

test('a pause ends when its time has passed, not before', async () => {
  const clock = createFakeClock();
  const isOver = watch(pause(clock, 100, new AbortController().signal));
  clock.advance(99);
  expect(await isOver()).toBe(false);
  clock.advance(1);
  expect(await isOver()).toBe(true);
});

test('an abort ends a pause at once and leaves no timer behind: a timer would hold the process', async () => {
  const clock = createFakeClock();
  const abort = new AbortController();
  const isOver = watch(pause(clock, 100, abort.signal));
  expect(clock.timers).toBe(1);
  abort.abort();
  expect(await isOver()).toBe(true);
  expect(clock.timers).toBe(0);
});

test('a signal that is aborted already makes no pause', async () => {
  const clock = createFakeClock();
  await pause(clock, 100, AbortSignal.abort());
  expect(clock.timers).toBe(0);
});

const settlements = [
  { why: 'it was fulfilled before', settle: () => Promise.resolve() },
  { why: 'a rejection settles it too', settle: () => Promise.reject(new Error('no')) },
];

for (const { why, settle } of settlements) {
  test(`settled within its time: ${why}`, async () => {
    const clock = createFakeClock();
    expect(await isSettledWithin(clock, 100, settle())).toBe(true);
    expect(clock.timers, 'no timer is left').toBe(0);
  });
}

test('what takes longer than its time is waited for no more', async () => {
  const clock = createFakeClock();
  const answer = isSettledWithin(clock, 100, new Promise(() => undefined));
  clock.advance(100);
  expect(await answer).toBe(false);
  expect(clock.timers).toBe(0);
});

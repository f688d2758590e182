import { expect, test } from 'vitest';
import { createFakeClock, settled } from '../../../test/support/fake-clock.ts';
import { pause } from './clock.ts';

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

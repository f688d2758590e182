import { expect, test } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { createTokenBucket } from './token-bucket.ts';

/** A bucket of ten calls a second, and what it has let through. */
function bucket(ratePerS = 10) {
  const clock = createFakeClock();
  const bucket = createTokenBucket({ clock, ratePerS });
  const done: string[] = [];
  return {
    ...{ clock, bucket, done },
    async take(name: string, isFirst = false) {
      void bucket.take(isFirst).then(() => done.push(name));
      await settle();
    },
    async pass(ms: number) {
      clock.advance(ms);
      await settle();
    },
  };
}
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};

test('as many at once as the rate has in a second, and no more', async () => {
  const { take, done, pass } = bucket();
  for (let i = 0; i < 15; i += 1) await take(String(i));
  expect(done).toHaveLength(10);
  await pass(100);
  expect(done).toHaveLength(11);
  await pass(1_000);
  expect(done).toHaveLength(15);
});

test('a first sync goes before what is only refreshed', async () => {
  const { take, done, pass } = bucket(1);
  await take('one');
  await take('refresh');
  await take('first', true);
  await pass(1_000);
  await pass(1_000);
  expect(done).toEqual(['one', 'first', 'refresh']);
});

test('throttling halves the rate at once, and answers bring it back', async () => {
  const { bucket: all, take, done, pass } = bucket();
  await take('x');
  all.throttled();
  all.throttled();
  for (let i = 0; i < 20; i += 1) await take(String(i));
  const before = done.length;
  await pass(1_000);
  expect(done.length - before).toBeLessThanOrEqual(3);
  for (let i = 0; i < 100; i += 1) all.answered();
  await pass(1_000);
  expect(done.length).toBeGreaterThan(before + 8);
});

test('it never stands still, however often AWS refuses', async () => {
  const { bucket: all, take, done, pass } = bucket();
  for (let i = 0; i < 50; i += 1) all.throttled();
  await take('a');
  await take('b');
  await pass(2_000);
  await pass(2_000);
  expect(done).toEqual(['a', 'b']);
});

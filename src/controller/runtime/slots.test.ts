import { expect, test } from 'vitest';
import { createSlots } from './slots.ts';

test('so many at a time, and the next in turn when one is over', async () => {
  const slots = createSlots(2);
  const begun: number[] = [];
  const all = [0, 1, 2, 3].map(async i => {
    await slots.take();
    begun.push(i);
  });
  await Promise.all(all.slice(0, 2));
  expect(begun).toEqual([0, 1]);
  slots.free();
  await all[2];
  expect(begun).toEqual([0, 1, 2]);
  slots.free();
  slots.free();
  slots.free();
  await all[3];
  await slots.take();
  expect(begun).toEqual([0, 1, 2, 3]);
});

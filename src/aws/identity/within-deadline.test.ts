import { expect, test } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { withinDeadline } from './within-deadline.ts';

test('what comes in time is given, and no timer is left', async () => {
  const clock = createFakeClock();
  expect(await withinDeadline(clock, 1_000, async () => 'it')).toBe('it');
  expect(clock.timers).toBe(0);
});

test('what fails in time fails as it did, and no timer is left', async () => {
  const clock = createFakeClock();
  await expect(withinDeadline(clock, 1_000, async () => Promise.reject(new RangeError('x')))).rejects.toThrow(
    RangeError,
  );
  expect(clock.timers).toBe(0);
});

test('what hangs is given up at the deadline, though it does not heed its signal', async () => {
  const clock = createFakeClock();
  let isAborted = false;
  const asked = withinDeadline(clock, 1_000, async signal => {
    signal.addEventListener('abort', () => {
      isAborted = true;
    });
    return await new Promise<never>(() => undefined);
  });
  clock.advance(1_000);
  await expect(asked).rejects.toHaveProperty('name', 'TimeoutError');
  expect(isAborted).toBe(true);
});

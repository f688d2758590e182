import { expect, test } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { type BreakerState, createBreaker } from './breaker.ts';

/** A breaker whose probes are answered as told; they come without jitter. */
function world() {
  const clock = createFakeClock();
  const changes: BreakerState[] = [];
  const state = { isUp: false, probes: 0 };
  const probe = async (): Promise<boolean> => {
    state.probes += 1;
    return state.isUp;
  };
  const breaker = createBreaker({ clock, random: () => 0.5, onChange: change => changes.push(change) });
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 500) {
      clock.advance(500);
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    }
  };
  return { clock, breaker, changes, state, probe, pass };
}

test('one failure is enough where nothing was answered since it began', () => {
  const { clock, breaker, probe, changes } = world();
  breaker.answered();
  clock.advance(10);
  breaker.failed(clock.monotonic(), 'trouble', probe);
  expect(breaker.trouble()).toBeDefined();
  expect(changes).toEqual(['open']);
});

test('one failure among answers is none of the region', () => {
  const { clock, breaker, probe } = world();
  const startedAt = clock.monotonic();
  clock.advance(10);
  breaker.answered();
  breaker.failed(startedAt, 'trouble', probe);
  expect(breaker.trouble()).toBeUndefined();
});

test('three in a row are', () => {
  const { clock, breaker, probe } = world();
  const startedAt = clock.monotonic();
  breaker.answered();
  for (let i = 0; i < 3; i += 1) breaker.failed(startedAt, 'trouble', probe);
  expect(breaker.trouble()).toBeDefined();
});

test('it is told once, and probed ever more rarely', async () => {
  const { clock, breaker, probe, changes, state, pass } = world();
  clock.advance(10);
  for (let i = 0; i < 20; i += 1) breaker.failed(clock.monotonic(), 'trouble', probe);
  await pass(300_000);
  expect(changes).toEqual(['open']);
  expect(state.probes).toBeGreaterThan(15);
  expect(state.probes).toBeLessThan(30);
});

test('a region that answers two probes in a row is back', async () => {
  const { clock, breaker, probe, changes, state, pass } = world();
  clock.advance(10);
  breaker.failed(clock.monotonic(), 'trouble', probe);
  state.isUp = true;
  await pass(2_000);
  expect(breaker.trouble()).toBeDefined();
  await pass(2_000);
  expect(breaker.trouble()).toBeUndefined();
  expect(changes).toEqual(['open', 'closed']);
  expect(state.probes).toBe(2);
  await pass(60_000);
  expect(state.probes).toBe(2);
});

test('one that comes and goes is left alone', async () => {
  const { clock, breaker, probe, state, pass } = world();
  clock.advance(10);
  breaker.failed(clock.monotonic(), 'trouble', probe);
  state.isUp = true;
  await pass(2_000);
  state.isUp = false;
  await pass(60_000);
  expect(breaker.trouble()).toBeDefined();
});

test('a region that is back is seen within twenty seconds, however long it was away', async () => {
  const { clock, breaker, probe, state, pass } = world();
  clock.advance(10);
  breaker.failed(clock.monotonic(), 'trouble', probe);
  await pass(3_600_000);
  state.isUp = true;
  await pass(20_000);
  expect(breaker.trouble()).toBeUndefined();
});

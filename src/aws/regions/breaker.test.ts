import { describe, expect, it, test } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { type BreakerState, createBreaker, type Probed } from './breaker.ts';

/** A breaker whose probes are answered as told; they come without jitter. */
function world() {
  const clock = createFakeClock();
  const changes: BreakerState[] = [];
  const state = { isUp: false, probes: 0 };
  const probe = async (): Promise<Probed> => {
    state.probes += 1;
    return state.isUp ? 'answered' : 'silent';
  };
  const breaker = createBreaker({ clock, random: () => 0.5, onChange: change => changes.push(change) });
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 500) {
      clock.advance(500);
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    }
  };
  /** A call that began then has failed; an error that somebody has sent is not silent. */
  const fail = (startedAt = clock.monotonic(), isSilent = true): void =>
    breaker.failed({ startedAt, error: 'trouble', isSilent }, probe);
  const isOpen = (): boolean => breaker.trouble(probe) !== undefined;
  return { clock, breaker, changes, state, probe, pass, fail, isOpen };
}

describe('a silent call', () => {
  /** What else was asked, in milliseconds before the silent call (negative) or after it began. */
  const rows = [
    { why: 'nothing was answered yet', answered: [], opens: true },
    { why: 'what was answered had been asked before', answered: [-10, -1], opens: true },
    { why: 'another was asked at the same time', answered: [0], opens: false },
    { why: 'another was asked later, also one alone', answered: [-10, 5], opens: false },
  ];
  it.each(rows)('opens it, or not: $why', ({ answered, opens }) => {
    const { breaker, clock, changes, fail, isOpen } = world();
    clock.advance(100);
    for (const ms of answered) breaker.answered(100 + ms);
    clock.advance(4_000);
    fail(100);
    expect(isOpen()).toBe(opens);
    expect(changes).toEqual(opens ? ['open'] : []);
  });

  it('that hung through an outage says nothing once the region is back, however many do', async () => {
    const { breaker, clock, changes, state, pass, fail } = world();
    clock.advance(10);
    fail();
    state.isUp = true;
    await pass(5_000);
    expect(changes).toEqual(['open', 'closed']);
    for (let i = 0; i < 20; i += 1) fail(20 + i);
    expect(changes).toEqual(['open', 'closed']);
    breaker.answered(clock.monotonic());
    clock.advance(1);
    fail();
    expect(changes).toEqual(['open', 'closed', 'open']);
  });
});

test('it is told once, and probed ever more rarely', async () => {
  const { clock, changes, state, pass, fail } = world();
  clock.advance(10);
  for (let i = 0; i < 20; i += 1) fail();
  await pass(300_000);
  expect(changes).toEqual(['open']);
  expect(state.probes).toBeGreaterThan(15);
  expect(state.probes).toBeLessThan(30);
});

test('a region that answers two probes in a row is back', async () => {
  const { clock, changes, state, pass, fail, isOpen } = world();
  clock.advance(10);
  fail();
  state.isUp = true;
  await pass(2_000);
  expect(isOpen()).toBe(true);
  await pass(2_000);
  expect(isOpen()).toBe(false);
  expect(changes).toEqual(['open', 'closed']);
  expect(state.probes).toBe(2);
  await pass(60_000);
  expect(state.probes).toBe(2);
});

test('one that comes and goes is left alone', async () => {
  const { clock, state, pass, fail, isOpen } = world();
  clock.advance(10);
  fail();
  state.isUp = true;
  await pass(2_000);
  state.isUp = false;
  await pass(60_000);
  expect(isOpen()).toBe(true);
});

test('a region that is back is seen within twenty seconds, however long it was away', async () => {
  const { clock, state, pass, fail, isOpen } = world();
  clock.advance(10);
  fail();
  await pass(3_600_000);
  state.isUp = true;
  await pass(20_000);
  expect(isOpen()).toBe(false);
});

test('errors that somebody there has sent open it only if a probe fails too', async () => {
  for (const isUp of [true, false]) {
    const { clock, changes, state, pass, fail, isOpen } = world();
    state.isUp = isUp;
    clock.advance(10);
    for (let i = 0; i < 2; i += 1) fail(clock.monotonic(), false);
    await pass(500);
    expect(state.probes).toBe(0);
    for (let i = 0; i < 10; i += 1) fail(clock.monotonic(), false);
    await pass(500);
    expect(state.probes).toBe(1);
    expect(isOpen()).toBe(!isUp);
    expect(changes).toEqual(isUp ? [] : ['open']);
  }
});

test('a probe that was silent is not believed once a call that began later was answered', async () => {
  const { breaker, clock, changes, pass } = world();
  const { promise, resolve } = Promise.withResolvers<Probed>();
  clock.advance(10);
  for (let i = 0; i < 3; i += 1)
    breaker.failed({ startedAt: clock.monotonic(), error: 'trouble', isSilent: false }, () => promise);
  clock.advance(10);
  breaker.answered(clock.monotonic());
  resolve('silent');
  await pass(500);
  expect(changes).toEqual([]);
});

test('one secret that AWS cannot give does not take its region from everybody, however often it is asked for', async () => {
  const { clock, changes, state, pass, fail } = world();
  state.isUp = true;
  clock.advance(10);
  for (let i = 0; i < 50; i += 1) {
    fail(clock.monotonic(), false);
    await pass(10_000);
  }
  expect(changes).toEqual([]);
});

test('whoever lost its credentials while the region was away does not keep it so: others ask it too', async () => {
  const { breaker, clock, state, pass, isOpen } = world();
  let tries = 0;
  const lost = async (): Promise<Probed> => {
    tries += 1;
    return 'unasked';
  };
  clock.advance(10);
  breaker.failed({ startedAt: clock.monotonic(), error: 'trouble', isSilent: true }, lost);
  await pass(60_000);
  const alone = tries;
  state.isUp = true;
  expect(isOpen()).toBe(true);
  await pass(20_000);
  expect(isOpen()).toBe(false);
  expect(tries).toBeLessThanOrEqual(alone + 1);
});

test('a region that nobody wants to ask any more is not probed for ever, and again when somebody does', async () => {
  const { clock, state, pass, fail, isOpen } = world();
  clock.advance(10);
  fail();
  await pass(3 * 3_600_000);
  const { probes } = state;
  expect(clock.timers).toBe(0);
  await pass(3_600_000);
  expect(state.probes).toBe(probes);
  state.isUp = true;
  expect(isOpen()).toBe(true);
  await pass(5_000);
  expect(isOpen()).toBe(false);
});

import { expect, test } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { createServerClock } from './server-clock.ts';

const HOUR = 3_600_000;
const TRUE = Date.parse('2030-01-01T12:00:00Z');

/** A clock that is `off` by so much, beside an API server whose clock is right. */
function world(off: number) {
  const own = createFakeClock(TRUE + off);
  const told: number[] = [];
  const clock = createServerClock(own, ms => told.push(ms));
  const truth = () => TRUE + own.monotonic();
  const answer = (tookMs = 10) => {
    const askedAt = own.monotonic();
    own.advance(tookMs / 2);
    const date = new Date(truth()).toUTCString();
    own.advance(tookMs / 2);
    clock.see(date, askedAt);
  };
  return { own, clock, told, truth, answer };
}

test('a clock that is right, or nearly so, is left alone', () => {
  for (const off of [0, 999, -999]) {
    const { own, clock, told, answer } = world(off);
    for (let seconds = 0; seconds < 100; seconds += 1) {
      answer();
      expect(clock.now()).toBe(own.now());
      own.advance(730);
    }
    expect(told).toEqual([]);
  }
});

test('before the first answer there is nothing but our own', () => {
  const { own, clock } = world(6 * HOUR);
  expect(clock.now()).toBe(own.now());
});

for (const off of [6 * HOUR, -6 * HOUR, 5_000, -5_000]) {
  test(`a clock that is off by ${off} ms goes by the API server's, to the second`, () => {
    const { own, clock, truth, answer } = world(off);
    for (let seconds = 0; seconds < 100; seconds += 1) {
      answer();
      expect(Math.abs(clock.now() - truth())).toBeLessThanOrEqual(1_000);
      own.advance(730);
    }
  });
}

test('a jump between two answers is seen at once, and the way back too', () => {
  const { own, clock, truth, answer } = world(0);
  answer();
  own.advance(60_000);
  own.setWall(truth() + 6 * HOUR);
  expect(Math.abs(clock.now() - truth())).toBeLessThanOrEqual(1_000);
  own.setWall(truth());
  expect(clock.now()).toBe(truth());
});

test('an answer that took long tells nothing', () => {
  const { own, clock, answer } = world(0);
  answer(9_000);
  own.setWall(own.now() + 6 * HOUR);
  expect(clock.now()).toBe(own.now());
});

test('a date that is none tells nothing', () => {
  const { own, clock } = world(0);
  for (const date of ['', 'soon', 'NaN']) clock.see(date, own.monotonic());
  expect(clock.now()).toBe(own.now());
});

test('people are told by how much it is off, and reminded once an hour', () => {
  const { own, told, answer } = world(6 * HOUR);
  for (let minutes = 0; minutes <= 120; minutes += 1) {
    answer();
    own.advance(60_000 - 10);
  }
  expect(told.map(ms => Math.round(ms / HOUR))).toEqual([6, 6, 6]);
});

test('delays and deadlines are those of our own', () => {
  const { own, clock, answer } = world(6 * HOUR);
  answer();
  let calls = 0;
  clock.schedule(1_000, () => {
    calls += 1;
  });
  own.advance(1_000);
  expect(calls).toBe(1);
  expect(clock.monotonic()).toBe(own.monotonic());
});

import { expect, test } from 'vitest';
import { createPace } from './pace.ts';

function paced() {
  const state = { received: 1_000, ms: 0 };
  const pace = createPace(
    () => state.received,
    () => state.ms,
  );
  return { state, pace };
}

test('edits wait while three hundred events are on their way', () => {
  const { state, pace } = paced();
  pace.sent(299);
  expect(pace.mayGoOn()).toBe(true);
  pace.sent(1);
  expect(pace.mayGoOn()).toBe(false);
  state.received += 1;
  expect(pace.mayGoOn()).toBe(true);
});

test('events that never come are not waited for', () => {
  const { state, pace } = paced();
  pace.sent(1_000);
  state.ms = 1_999;
  expect(pace.mayGoOn()).toBe(false);
  state.ms = 2_000;
  expect(pace.mayGoOn()).toBe(true);
  pace.sent(300);
  expect(pace.mayGoOn()).toBe(false);
});

test('events of other writes do not let a crowd through later', () => {
  const { state, pace } = paced();
  state.received += 100_000;
  state.ms = 2_000;
  pace.sent(300);
  expect(pace.mayGoOn()).toBe(false);
});

import { expect, test } from 'vitest';
import { aChange, aHistory } from '../../../test/support/builders.ts';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { RolloutMemory } from './memory.ts';

const START = Date.parse('2030-01-01T12:00:00.000Z');
const KEY = 'shop/payments';
const change = aChange({ history: aHistory(['k.b', START], ['k.a', START - 3_600_000]) });
const next = aChange({ history: aHistory(['k.c', START + 60_000], ['k.b', START]) });
/** `k.b` again, after `k.c`. */
const back = aChange({ history: aHistory(['k.b', START + 99_000], ['k.c', START + 60_000], ['k.b', START]) });
const nothing = { isFresh: false, restarts: 0, evictions: 0, lasting: undefined };
const fresh = { isFresh: true, restarts: 1, evictions: 2, lasting: undefined };

function world() {
  const clock = createFakeClock(START);
  const memory = new RolloutMemory(clock);
  const knownMs = (of = change) => memory.know(KEY, of).knownMs;
  return { clock, memory, knownMs };
}

/** A memory that knows everything of workload `w` since `change`. */
function wise() {
  const w = world();
  w.knownMs();
  w.memory.set(KEY, change, new Map([['w', fresh]]));
  return w;
}

test('what was learned is found again, for this workload alone', () => {
  const { memory } = wise();
  expect([memory.get(KEY, change, 'w'), memory.get(KEY, change, 'v')]).toEqual([fresh, nothing]);
  expect(memory.get('shop/other', change, 'w'), 'another AwsSecret may have another `restart`').toEqual(nothing);
});

const forgotten = [
  { why: 'another content', of: next },
  { why: 'the same content, which went and came back: pods may have started in between', of: back },
];
for (const { why, of } of forgotten) {
  test(`it is forgotten with the change: ${why}`, () => {
    const w = wise();
    expect(w.memory.get(KEY, of, 'w')).toEqual(nothing);
    w.knownMs(of);
    expect(w.memory.get(KEY, change, 'w'), 'and is not kept beside it').toEqual(nothing);
  });
}

test('what was learned of some uses of the Secret is not taken for others: `restart` tells which count', () => {
  const w = wise();
  const unlike = { ...change, restart: 'Static' } as const;
  expect(w.memory.get(KEY, unlike, 'w')).toEqual(nothing);
  w.knownMs(unlike);
  expect(w.memory.get(KEY, unlike, 'w')).toEqual(nothing);
});

test('workloads that are gone are forgotten, and so is an AwsSecret', () => {
  const { memory } = wise();
  memory.set(KEY, change, new Map([['v', fresh]]));
  expect([memory.get(KEY, change, 'w'), memory.get(KEY, change, 'v')]).toEqual([nothing, fresh]);
  memory.forget(KEY);
  expect(memory.get(KEY, change, 'v')).toEqual(nothing);
});

test('what was learned about a change that is over by now is not taken for the next one', () => {
  const w = wise();
  w.knownMs(next);
  w.memory.set(KEY, change, new Map([['w', fresh]]));
  expect([w.memory.get(KEY, change, 'w'), w.memory.get(KEY, next, 'w')]).toEqual([nothing, nothing]);
});

test('a change is known from when it was first seen, however late it was written', () => {
  const w = world();
  w.clock.advance(4_000);
  expect(w.knownMs()).toBe(0);
  w.clock.advance(1_500);
  expect(w.knownMs()).toBe(1_500);
  expect(w.knownMs(next), 'each anew').toBe(0);
});

test('a change keeps what it carries', () => {
  const { memory } = world();
  expect(memory.know(KEY, change)).toEqual({ ...change, knownMs: 0 });
});

const seen = [
  { why: 'seconds ago, as when the operator starts', ms: 9_999, knownMs: 0 },
  { why: 'it has settled', ms: 10_000, knownMs: Number.POSITIVE_INFINITY },
  { why: 'while the operator was down', ms: 86_400_000, knownMs: Number.POSITIVE_INFINITY },
  { why: 'in the future, by the clock of another node', ms: -3_000, knownMs: 0 },
  { why: 'far in the future: a clock was set since; it waits no longer for that', ms: -86_400_000, knownMs: 0 },
];
for (const { why, ms, knownMs } of seen) {
  test(`a change that came ${ms / 1_000} s ago is known for ${knownMs} ms: ${why}`, () => {
    const w = world();
    w.clock.setWall(START + ms);
    expect(w.knownMs()).toBe(knownMs);
  });
}

test('a wall clock that jumps makes no change older or younger', () => {
  const w = world();
  w.knownMs();
  w.clock.advance(1_000);
  for (const ms of [86_400_000, -86_400_000]) {
    w.clock.setWall(START + ms);
    expect(w.knownMs()).toBe(1_000);
  }
});

test('of a change that has settled and concerns no workload nothing is held', () => {
  const { clock, memory, knownMs } = world();
  knownMs();
  memory.set(KEY, change, new Map());
  clock.advance(9_999);
  expect([memory.size, knownMs()]).toEqual([1, 9_999]);
  clock.advance(1);
  expect([memory.size, clock.timers], 'and no timer is left').toEqual([0, 0]);
  expect(knownMs()).toBe(Number.POSITIVE_INFINITY);
  memory.set(KEY, change, new Map());
  expect(memory.size).toBe(0);
  memory.set(KEY, change, new Map([['w', fresh]]));
  expect([memory.get(KEY, change, 'w'), knownMs()]).toEqual([fresh, Number.POSITIVE_INFINITY]);
});

test('while the wall clock does not call it settled, it stays as old as it is', () => {
  const { clock, memory, knownMs } = world();
  clock.setWall(START - 3_600_000);
  knownMs();
  clock.advance(25_000);
  expect([memory.size, knownMs()]).toEqual([1, 25_000]);
  clock.advance(3_600_000);
  expect(memory.size).toBe(0);
});

test('once its workloads are gone, nothing is held of it either', () => {
  const { clock, memory } = wise();
  clock.advance(60_000);
  expect(memory.size).toBe(1);
  memory.set(KEY, change, new Map());
  clock.advance(10_000);
  expect([memory.size, clock.timers]).toEqual([0, 0]);
});

test('what is learned of a change that has not settled, and is known no more, is not taken for settled', () => {
  const { memory, knownMs } = world();
  memory.set(KEY, change, new Map([['w', fresh]]));
  expect([memory.get(KEY, change, 'w'), knownMs()]).toEqual([nothing, 0]);
});

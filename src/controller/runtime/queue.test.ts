import { describe, expect, test } from 'vitest';
import { createFakeClock, type FakeClock, settled } from '../../../test/support/fake-clock.ts';
import { Queue } from './queue.ts';

interface Bench {
  readonly clock: FakeClock;
  readonly queue: Queue;
  readonly waits: readonly number[];
  readonly depths: readonly number[];
  readonly added: () => number;
  /** Takes every key that is ready, in order, without giving any back. */
  readonly drain: () => Promise<readonly string[]>;
}

function bench(): Bench {
  const clock = createFakeClock();
  const waits: number[] = [];
  const depths: number[] = [];
  let added = 0;
  const metrics = {
    added: () => {
      added += 1;
    },
    taken: (ms: number) => waits.push(ms),
    depth: (length: number) => depths.push(length),
  };
  const queue = new Queue(clock, metrics);
  const drain = async (): Promise<readonly string[]> => {
    const keys: string[] = [];
    while (queue.length > 0) keys.push((await queue.take()) ?? '');
    return keys;
  };
  return { clock, queue, waits, depths, added: () => added, drain };
}

interface Row {
  readonly why: string;
  readonly act: (bench: Bench) => void;
  readonly ready: readonly string[];
}

const rows: readonly Row[] = [
  { why: 'keys come in the order they were added', act: b => add(b, 'a', 'b', 'c'), ready: ['a', 'b', 'c'] },
  { why: 'a key stands in line once', act: b => add(b, 'a', 'b', 'a'), ready: ['a', 'b'] },
  {
    why: 'high goes before low',
    act: ({ queue }) => {
      queue.add('low', 'low');
      queue.add('high');
    },
    ready: ['high', 'low'],
  },
  {
    why: 'of two priorities the higher counts, whichever came first',
    act: ({ queue }) => {
      queue.add('a', 'low');
      queue.add('b', 'low');
      queue.add('b', 'high');
      queue.add('b', 'low');
    },
    ready: ['b', 'a'],
  },
  { why: 'a delayed key is not ready before its time', act: b => after(b, 'a', 100, 99), ready: [] },
  { why: 'a delayed key is ready at its time', act: b => after(b, 'a', 100, 100), ready: ['a'] },
  { why: 'no delay is ready at once', act: b => after(b, 'a', 0, 0), ready: ['a'] },
  {
    why: 'the shorter of two delays wins when it comes second',
    act: b => {
      b.queue.addAfter('a', 100);
      after(b, 'a', 50, 50);
    },
    ready: ['a'],
  },
  {
    why: 'the shorter of two delays wins when it comes first',
    act: b => {
      b.queue.addAfter('a', 50);
      after(b, 'a', 100, 50);
    },
    ready: ['a'],
  },
  {
    why: 'several keys become ready in the order of their times, not of their arrival',
    act: b => {
      b.queue.addAfter('c', 30);
      b.queue.addAfter('a', 10);
      after(b, 'b', 20, 100);
    },
    ready: ['a', 'b', 'c'],
  },
  {
    why: 'a key that waits for its time is ready at once when it is added without delay',
    act: b => {
      b.queue.addAfter('a', 100);
      b.queue.add('a');
    },
    ready: ['a'],
  },
  {
    why: 'the delay of a key that was added at once is gone: it does not come a second time',
    act: b => {
      b.queue.addAfter('a', 100);
      b.queue.add('a');
      b.clock.advance(100);
    },
    ready: ['a'],
  },
  {
    why: 'a delay for a key that is ready already changes nothing',
    act: b => {
      b.queue.add('a');
      after(b, 'a', 10, 10);
    },
    ready: ['a'],
  },
];

function add({ queue }: Bench, ...keys: readonly string[]): void {
  for (const key of keys) queue.add(key);
}

function after({ queue, clock }: Bench, key: string, delayMs: number, advanceMs: number): void {
  queue.addAfter(key, delayMs);
  clock.advance(advanceMs);
}

for (const { why, act, ready } of rows) {
  test(why, async () => {
    const b = bench();
    act(b);
    expect(await b.drain()).toEqual(ready);
    b.clock.advance(1_000);
    // A key that is worked on does not come again before `done`.
    const later = await b.drain();
    expect(later.filter(key => ready.includes(key))).toEqual([]);
  });
}

describe('a key that is worked on', () => {
  test('is not handed out again before done, and then once', async () => {
    const b = bench();
    b.queue.add('a');
    await b.drain();
    add(b, 'a', 'a');
    expect(b.queue.length).toBe(0);
    b.queue.done('a');
    expect(await b.drain()).toEqual(['a']);
    b.queue.done('a');
    expect(b.queue.length).toBe(0);
  });

  test('keeps the higher priority of what was added meanwhile', async () => {
    const b = bench();
    b.queue.add('a');
    await b.drain();
    b.queue.add('a', 'low');
    b.queue.add('a', 'high');
    b.queue.add('a', 'low');
    b.queue.add('b');
    b.queue.add('z', 'low');
    b.queue.done('a');
    expect(await b.drain()).toEqual(['b', 'a', 'z']);
  });

  test('whose delay ends meanwhile is ready after done', async () => {
    const b = bench();
    b.queue.add('a');
    await b.drain();
    b.queue.addAfter('a', 10);
    b.clock.advance(10);
    expect(b.queue.length).toBe(0);
    b.queue.done('a');
    expect(await b.drain()).toEqual(['a']);
  });

  test('and was added both at once and with a delay comes once, not twice', async () => {
    const b = bench();
    b.queue.add('a');
    await b.drain();
    b.queue.add('a');
    b.queue.addAfter('a', 10);
    b.queue.done('a');
    expect(await b.drain()).toEqual(['a']);
    b.queue.done('a');
    b.clock.advance(1_000);
    expect(b.queue.length).toBe(0);
  });
});

test('takers that wait get keys in the order in which they came', async () => {
  const b = bench();
  const [first, second] = [b.queue.take(), b.queue.take()];
  add(b, 'a', 'b');
  expect(await Promise.all([first, second])).toEqual(['a', 'b']);
});

test('close ends every waiting take, hands out nothing more, and leaves no timer', async () => {
  const b = bench();
  const waiting = [b.queue.take(), b.queue.take()];
  b.queue.addAfter('later', 10);
  b.queue.close();
  expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
  b.queue.add('a');
  b.queue.addAfter('b', 0);
  b.queue.addAfter('c', 1);
  b.clock.advance(1_000);
  await settled();
  expect([await b.queue.take(), b.queue.length, b.clock.timers]).toEqual([undefined, 0, 0]);
});

test('done after close puts nothing back', async () => {
  const b = bench();
  b.queue.add('a');
  await b.drain();
  b.queue.add('a');
  b.queue.close();
  b.queue.done('a');
  expect(await b.queue.take()).toBeUndefined();
});

test('any number of delays needs one timer', () => {
  const { queue, clock } = bench();
  for (let ms = 1_000; ms > 0; ms -= 10) queue.addAfter(`key-${ms}`, ms);
  expect(clock.timers).toBe(1);
});

test('the metrics tell additions, the depth, and the wait from being ready to being taken', async () => {
  const b = bench();
  b.queue.add('a');
  b.queue.addAfter('b', 40);
  b.clock.advance(100);
  await b.drain();
  expect(b.waits).toEqual([100, 60]);
  expect(b.depths).toEqual([1, 2, 1, 0]);
  expect(b.added()).toBe(2);
});

test('a key that is worked on tells since when it was ready: what it was added for came before', async () => {
  const clock = createFakeClock();
  const queue = new Queue(clock, { added: () => undefined, taken: () => undefined, depth: () => undefined });
  clock.advance(5);
  queue.add('a');
  clock.advance(10);
  expect(await queue.take()).toBe('a');
  expect(queue.readySince('a')).toBe(5);
  queue.add('a');
  queue.done('a');
  expect(await queue.take()).toBe('a');
  expect(queue.readySince('a')).toBe(15);
});

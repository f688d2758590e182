import { expect, test } from 'vitest';
import type { ObjectCounts, Rest, Sample } from './sample.ts';
import { compare } from './verdict.ts';

const MIB = 2 ** 20;
const SAMPLE: Sample = {
  ...{ seconds: 100, events: 100_000, watches: 1_160, collections: 160 },
  ...{ heapBytes: 27 * MIB, externalBytes: 13 * MIB, rssBytes: 160 * MIB, sockets: 163, files: 186, resources: {} },
};
const OBJECTS: ObjectCounts = { timers: 163, signals: 482 };

function aRest(sample: Partial<Sample> = {}, objects: Partial<ObjectCounts> = {}): Rest {
  const samples = Array.from({ length: 5 }, () => ({ ...SAMPLE, ...sample }));
  return { samples, objects: { ...OBJECTS, ...objects } };
}

function exceeded(first: Rest, last: Rest): readonly string[] {
  return compare(first, last)
    .filter(({ isWithin }) => !isWithin)
    .map(({ figure }) => figure);
}

const cases: readonly { last: Rest; exceeds: readonly string[]; why: string }[] = [
  { last: aRest(), exceeds: [], why: 'all is as it was' },
  { last: aRest({ heapBytes: 28.3 * MIB }), exceeds: [], why: 'a heap is never quite the same' },
  { last: aRest({ heapBytes: 28.4 * MIB }), exceeds: ['heapBytes'], why: 'two bytes for each event are a leak' },
  { last: aRest({ heapBytes: 20 * MIB }), exceeds: [], why: 'memory that is given back is no leak' },
  { last: aRest({ externalBytes: 14 * MIB }), exceeds: ['externalBytes'], why: 'buffers that are held' },
  { last: aRest({ rssBytes: 500 * MIB }), exceeds: [], why: 'what the allocator keeps is not held by the program' },
  { last: aRest({ sockets: 172, files: 195 }), exceeds: ['sockets'], why: 'a few connections that nobody closes' },
  { last: aRest({ sockets: 143, files: 166 }), exceeds: ['sockets', 'files'], why: 'twenty watches are missing' },
  { last: aRest({ files: 200 }), exceeds: ['files'], why: 'files that are left open' },
  { last: aRest({}, { timers: 180 }), exceeds: ['timers'], why: 'timers that nobody cancels' },
  { last: aRest({}, { timers: 100 }), exceeds: ['timers'], why: 'watches without a deadline' },
  { last: aRest({}, { signals: 10_482 }), exceeds: ['signals'], why: 'one signal for each reconnect' },
  { last: aRest({}, { signals: 480 }), exceeds: [], why: 'signals that are gone are not missed' },
];

for (const { last, exceeds, why } of cases) {
  test(`${exceeds.join(', ') || 'nothing'} exceeds its limit: ${why}`, () => {
    expect(exceeded(aRest(), last)).toEqual(exceeds);
  });
}

test('the median of the samples counts, so that one burst does not', () => {
  const burst = aRest().samples.with(2, { ...SAMPLE, heapBytes: 60 * MIB, sockets: 200, files: 220 });
  expect(exceeded(aRest(), { samples: burst, objects: OBJECTS })).toEqual([]);
});

test('the change is a share of what was there first', () => {
  const heap = compare(aRest({ heapBytes: 100 }), aRest({ heapBytes: 90 })).find(
    ({ figure }) => figure === 'heapBytes',
  );
  expect(heap).toEqual({ figure: 'heapBytes', first: 100, last: 90, growth: -0.1, limit: 0.05, isWithin: true });
});

test('nothing measured is not nothing found', () => {
  expect(() => compare(aRest(), { samples: [], objects: OBJECTS })).toThrow('no samples');
});

test('something where there was nothing is a leak', () => {
  expect(exceeded(aRest({}, { timers: 0 }), aRest({}, { timers: 1 }))).toEqual(['timers']);
});

import { expect, test } from 'vitest';
import { claim, freeAt, type LeaseRecord, sight, vacancy } from './lease.ts';

const record: LeaseRecord = { holder: 'a', durationMs: 15_000, acquiredAt: 1_000, renewedAt: 2_000, transitions: 3 };

const sights = [
  { why: 'a first sight', before: undefined, now: record, at: 50 },
  { why: 'a record that stays the same: its holder may be dead', before: record, now: { ...record }, at: 10 },
  { why: 'a renewal', before: record, now: { ...record, renewedAt: 2_001 }, at: 50 },
  { why: 'a renewal by a clock that was set back', before: record, now: { ...record, renewedAt: 1 }, at: 50 },
  { why: 'another holder', before: record, now: { ...record, holder: 'b' }, at: 50 },
];

for (const { why, before, now, at } of sights) {
  test(`seen since ${at}: ${why}`, () => {
    expect(sight(before && { record: before, at: 10 }, now, 50)).toEqual({ record: now, at });
  });
}

const free = [
  { why: 'the holder has its time, counted from our first sight', holder: 'a', me: 'b', at: 15_010 },
  { why: 'nobody holds it', holder: '', me: 'b', at: 10 },
  { why: 'it is ours: a claim whose answer was lost', holder: 'b', me: 'b', at: 10 },
];

for (const { why, holder, me, at } of free) {
  test(`free at ${at}: ${why}`, () => expect(freeAt({ record: { ...record, holder }, at: 10 }, me)).toBe(at));
}

const claims = [
  { why: 'the first holder ever', before: undefined, acquiredAt: 9_000, transitions: 0 },
  { why: 'a renewal keeps since when', before: { ...record, holder: 'me' }, acquiredAt: 1_000, transitions: 3 },
  { why: 'the next holder after another', before: record, acquiredAt: 9_000, transitions: 4 },
  { why: 'the next holder after a release', before: vacancy(record, 8_000), acquiredAt: 9_000, transitions: 4 },
];

for (const { why, before, ...expected } of claims) {
  test(`a claim: ${why}`, () => {
    const written = claim(before, 'me', 30_000, 9_000);
    expect(written).toEqual({ holder: 'me', durationMs: 30_000, renewedAt: 9_000, ...expected });
  });
}

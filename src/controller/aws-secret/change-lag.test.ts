import { expect, test } from 'vitest';
import { aSource } from '../../../test/support/builders.ts';
import { changeLagMs } from './change-lag.ts';
import type { SourceRecord } from './record.ts';

const WALL = Date.parse('2030-01-01T12:00:00Z');

/** Source `id` in a version that was made so many seconds before now. */
function made(id: string, versionId: string, secondsAgo?: number): SourceRecord {
  const { source } = aSource(id);
  const createdTime = secondsAgo === undefined ? undefined : new Date(WALL - secondsAgo * 1_000).toISOString();
  return { source, version: { versionId, region: 'eu-west-1', ...(createdTime !== undefined && { createdTime }) } };
}

const rows: readonly {
  readonly why: string;
  readonly held: readonly SourceRecord[];
  readonly found: readonly SourceRecord[];
  readonly seconds: number | undefined;
}[] = [
  { why: 'a version follows another', held: [made('a', 'v1', 90)], found: [made('a', 'v2', 30)], seconds: 30 },
  {
    why: 'when the held one was made need not be known',
    held: [made('a', 'v1')],
    found: [made('a', 'v2', 30)],
    seconds: 30,
  },
  { why: 'a first sync follows no change', held: [], found: [made('a', 'v1', 30)], seconds: undefined },
  {
    why: 'the same version is no change',
    held: [made('a', 'v1', 30)],
    found: [made('a', 'v1', 30)],
    seconds: undefined,
  },
  {
    why: 'a source that the spec has added is no change in AWS',
    held: [made('a', 'v1', 90)],
    found: [made('a', 'v1', 90), made('b', 'v1', 30)],
    seconds: undefined,
  },
  {
    why: 'of several the newest change counts',
    held: [made('a', 'v1', 90), made('b', 'v1', 90)],
    found: [made('a', 'v2', 60), made('b', 'v2', 30)],
    seconds: 30,
  },
  { why: 'AWS does not tell', held: [made('a', 'v1', 90)], found: [made('a', 'v2')], seconds: undefined },
  {
    why: 'a version that somebody went back to was made long before',
    held: [made('a', 'v2', 30)],
    found: [made('a', 'v1', 90)],
    seconds: undefined,
  },
  {
    why: 'one that came back after AWS had no such secret has none to follow',
    held: [aSource('a', null)],
    found: [made('a', 'v1', 30)],
    seconds: undefined,
  },
  { why: 'clocks may differ', held: [made('a', 'v1', 90)], found: [made('a', 'v2', -5)], seconds: 0 },
];

test.each(rows)('$why', ({ held, found, seconds }) => {
  expect(changeLagMs(held, found, WALL)).toBe(seconds === undefined ? undefined : seconds * 1_000);
});

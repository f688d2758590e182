import { expect, test } from 'vitest';
import { anAwsSecret, aRecord, aSource } from '../../../test/support/builders.ts';
import type { AwsSecret } from '../../crds/aws-secret.ts';
import type { SyncRecord } from './record.ts';
import { stalenessOf } from './staleness.ts';

const WALL = Date.parse('2030-01-01T12:00:00Z');
const NOW = 1_000_000;
const MINUTE = 60_000;

const named = (name: string, spec: Parameters<typeof anAwsSecret>[0] = {}): AwsSecret =>
  anAwsSecret({ ...spec, metadata: { name } });
const agedBy = (ms: number): SyncRecord => aRecord({ answeredAt: NOW - ms });

const rows: readonly {
  readonly why: string;
  readonly awsSecret: AwsSecret;
  readonly record?: SyncRecord;
  readonly is: { readonly oldestMs: number; readonly overdue: number };
}[] = [
  { why: 'in time', awsSecret: named('a'), record: agedBy(MINUTE), is: { oldestMs: MINUTE, overdue: 0 } },
  { why: 'too late', awsSecret: named('a'), record: agedBy(MINUTE + 1), is: { oldestMs: MINUTE + 1, overdue: 1 } },
  {
    why: 'a longer interval is kept to',
    awsSecret: named('a', { spec: { refreshInterval: '1h' } }),
    record: agedBy(30 * MINUTE),
    is: { oldestMs: 30 * MINUTE, overdue: 0 },
  },
  {
    why: 'what does not refresh by itself promises nothing',
    awsSecret: named('a', { spec: { refreshInterval: '0' } }),
    record: agedBy(99 * MINUTE),
    is: { oldestMs: 0, overdue: 0 },
  },
  {
    why: 'nor does what is suspended',
    awsSecret: named('a', { spec: { suspend: true } }),
    record: agedBy(99 * MINUTE),
    is: { oldestMs: 0, overdue: 0 },
  },
  { why: 'what AWS never agreed about does not grow old', awsSecret: named('a'), is: { oldestMs: 0, overdue: 0 } },
  {
    why: 'after a restart the status tells, whose stamp may be an hour old',
    awsSecret: named('a', { status: { lastVerifiedTime: '2030-01-01T09:00:00Z' } }),
    is: { oldestMs: 120 * MINUTE, overdue: 1 },
  },
];

test.each(rows)('$why', ({ awsSecret, record, is }) => {
  const records = new Map(record === undefined ? [] : [['shop/a', record] as const]);
  expect(stalenessOf([awsSecret], records, NOW, WALL)).toMatchObject(is);
});

test('of several the oldest counts, and each that is overdue', () => {
  const records = new Map([
    ['shop/a', agedBy(MINUTE)],
    ['shop/b', agedBy(3 * MINUTE)],
    ['shop/c', agedBy(2 * MINUTE)],
    ['shop/gone', agedBy(99 * MINUTE)],
  ]);
  const all = ['a', 'b', 'c'].map(name => named(name));
  expect(stalenessOf(all, records, NOW, WALL)).toMatchObject({ oldestMs: 3 * MINUTE, overdue: 2 });
});

test('sources are counted by the region that answered, and those that AWS does not have are not', () => {
  const elsewhere = { ...aSource('prod/b'), version: { versionId: 'v1', region: 'eu-central-1' } };
  const sources = [aSource('prod/a'), elsewhere, aSource('prod/c', null)];
  const { regions } = stalenessOf([named('a')], new Map([['shop/a', aRecord({ sources })]]), NOW, WALL);
  expect([...regions]).toEqual([
    ['eu-west-1', 1],
    ['eu-central-1', 1],
  ]);
});

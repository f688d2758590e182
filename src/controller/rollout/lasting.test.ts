import { expect, test } from 'vitest';
import { aWorkload } from '../../../test/support/builders.ts';
import { type Lasting, lastingFrom, leftMs } from './lasting.ts';
import { workloadStatus } from './status.ts';

const workload = aWorkload();
const changed = aWorkload({ metadata: { resourceVersion: '51' } });
const onDelete = workloadStatus(workload, 'Pending', 'OnDelete', '0 of 2');
const refused = workloadStatus(workload, 'Failed', 'WriteRefused', 'no rights');

/** How long each of so many equal verdicts lasts, in seconds. */
function seconds(count: number, ...[status, retry]: [Lasting['status'], Parameters<typeof lastingFrom>[4]?]) {
  let before: Lasting | undefined;
  return Array.from({ length: count }, () => {
    before = lastingFrom(5_000, before, status, workload, retry);
    return (before.untilMs - 5_000) / 1_000;
  });
}

const growth = [
  { why: 'nothing to be done about it', status: onDelete, is: [30, 60, 120, 240, 480, 600, 600] },
  { why: 'refused', status: refused, retry: 'content', is: [30, 60, 120, 240, 480, 600, 600] },
  { why: 'no answer: as a retry waits', status: refused, retry: 'transient', is: [1, 2, 4, 8, 16, 32, 60, 60] },
] as const;
for (const { why, status, is, ...row } of growth) {
  test(`it lasts longer each time, up to a bound: ${why}`, () => {
    expect(seconds(is.length, status, 'retry' in row ? row.retry : undefined)).toEqual(is);
  });
}

test('however often it is found, its time is a number', () => {
  const often = { ...lastingFrom(0, undefined, onDelete, workload), times: 1e9 };
  expect(lastingFrom(0, often, onDelete, workload).untilMs).toBe(600_000);
});

const repeats = [
  { why: 'the same', status: onDelete, ms: 60_000 },
  { why: 'other figures are no other verdict', status: { ...onDelete, message: '1 of 2' }, ms: 60_000 },
  { why: 'the same of the workload as it is since', status: onDelete, of: changed, ms: 60_000 },
  { why: 'another reason', status: { ...onDelete, reason: 'RollingOut' } as const, ms: 30_000 },
  { why: 'another state', status: { ...onDelete, state: 'Failed' } as const, ms: 30_000 },
];
for (const { why, status, of = workload, ms } of repeats) {
  test(`the next lasts ${ms / 1_000} s: ${why}`, () => {
    expect(lastingFrom(0, lastingFrom(0, undefined, onDelete, workload), status, of).untilMs).toBe(ms);
  });
}

test('it holds until its time has come, or its workload is another', () => {
  const lasting = lastingFrom(1_000, undefined, onDelete, workload);
  expect([leftMs(lasting, workload, 1_000), leftMs(lasting, workload, 30_999)]).toEqual([30_000, 1]);
  expect(leftMs(lasting, workload, 31_000)).toBe(0);
  expect(leftMs(lasting, changed, 1_000)).toBe(0);
});

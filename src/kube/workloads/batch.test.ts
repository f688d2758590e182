import { expect, test } from 'vitest';
import { reduceCronJob, reduceJob } from './batch.ts';

const metadata = { name: 'report', namespace: 'shop', uid: 'u', resourceVersion: '1' };
const template = { spec: { containers: [{ name: 'main', envFrom: [{ secretRef: { name: 'db' } }] }] } };
const idle = { spec: { containers: [{ name: 'main' }] } };
const schedule = '0 2 * * *';

const reduced = {
  apiVersion: 'batch/v1',
  metadata,
  replacement: 'nextRun',
  podSelector: '',
  templateAnnotations: {},
  uses: [{ secretName: 'db', container: 'main', how: 'envFrom', optional: false }],
  progress: { isComplete: true, isPaused: false, isStuck: false, updated: 0, desired: 0 },
};

test('a CronJob is held for the Secrets of its next run', () => {
  const cronJob = { metadata, spec: { schedule, jobTemplate: { spec: { template } } } };
  expect(reduceCronJob(cronJob)).toEqual({ ...reduced, kind: 'CronJob' });
});

test('a CronJob that uses no Secret, or has nothing in it, is not held', () => {
  expect(reduceCronJob({ metadata, spec: { schedule, jobTemplate: { spec: { template: idle } } } })).toBeUndefined();
  expect(reduceCronJob({ metadata, spec: { schedule, jobTemplate: {} } })).toBeUndefined();
  expect(reduceCronJob({ metadata })).toBeUndefined();
});

test('a Job is held while it runs', () => {
  expect(reduceJob({ metadata, spec: { template } })).toEqual({ ...reduced, kind: 'Job' });
});

const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'report', uid: 'x' };
const jobs = [
  { why: 'it waits for its first pod', job: {}, isHeld: true },
  { why: 'a pod of it failed, and it goes on', job: { status: { failed: 1, active: 1 } }, isHeld: true },
  { why: 'it is suspended', job: { status: { conditions: [{ type: 'Suspended', status: 'True' }] } }, isHeld: true },
  {
    why: 'it said that it would fail, and did not',
    job: { status: { conditions: [{ type: 'Failed', status: 'False' }] } },
    isHeld: true,
  },
  { why: 'an owner that is no controller', job: { metadata: { ...metadata, ownerReferences: [owner] } }, isHeld: true },
  { why: 'it is complete', job: { status: { conditions: [{ type: 'Complete', status: 'True' }] } }, isHeld: false },
  { why: 'it failed', job: { status: { conditions: [{ type: 'Failed', status: 'True' }] } }, isHeld: false },
  {
    why: 'its CronJob tells for all its runs',
    job: { metadata: { ...metadata, ownerReferences: [{ ...owner, controller: true }] } },
    isHeld: false,
  },
  { why: 'it uses no Secret', job: { spec: { template: idle } }, isHeld: false },
  { why: 'it has nothing in it', job: { spec: undefined }, isHeld: false },
];

for (const { why, job, isHeld } of jobs) {
  test(`a Job is ${isHeld ? 'held' : 'not held'}: ${why}`, () => {
    const { spec, ...rest } = { metadata, spec: { template }, ...job };
    expect(reduceJob({ ...rest, ...(spec && { spec }) }) !== undefined).toBe(isHeld);
  });
}

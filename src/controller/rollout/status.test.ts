import { expect, test } from 'vitest';
import { anAwsSecret, aWorkload } from '../../../test/support/builders.ts';
import { type AwsSecretStatus, awsSecretStatusSchema, type WorkloadStatus } from '../../crds/aws-secret.ts';
import type { Reason } from '../../crds/reasons.ts';
import { isNewFailure, nextRolloutStatus, rolledStatus, workloadStatus } from './status.ts';
import type { Workload } from './workload.ts';

const NOW = '2030-01-01T00:00:00.000Z';
const CHANGED = '2029-12-31T00:00:00.000Z';
const progress = { isComplete: false, isPaused: false, isStuck: false, updated: 1, desired: 3 };

const states: readonly {
  readonly why: string;
  readonly progress: Workload['progress'];
  readonly replacement?: Workload['replacement'];
  readonly state: WorkloadStatus['state'];
  readonly reason: Reason;
  readonly says?: string;
}[] = [
  { why: 'it is done', progress: { ...progress, isComplete: true }, state: 'UpToDate', reason: 'UpToDate' },
  { why: 'it is under way', progress, state: 'RollingOut', reason: 'RollingOut', says: '1 of 3' },
  {
    why: 'the new pods are there',
    progress: { ...progress, updated: 3 },
    state: 'RollingOut',
    reason: 'RollingOut',
    says: 'not yet available',
  },
  {
    why: 'it is paused',
    progress: { ...progress, isPaused: true },
    state: 'Pending',
    reason: 'RollingOut',
    says: 'paused',
  },
  {
    why: 'it is stuck',
    progress: { ...progress, isStuck: true },
    state: 'Failed',
    reason: 'RestartFailed',
    says: 'gave up',
  },
  {
    why: 'it is stuck and paused: somebody has to look',
    progress: { ...progress, isStuck: true, isPaused: true },
    state: 'Failed',
    reason: 'RestartFailed',
  },
  {
    why: 'it is complete, whatever else is said of it',
    progress: { ...progress, isComplete: true, isStuck: true, isPaused: true },
    state: 'UpToDate',
    reason: 'UpToDate',
  },
  {
    why: 'its strategy became OnDelete after the restart',
    progress,
    replacement: 'onDelete',
    state: 'Pending',
    reason: 'OnDelete',
    says: '1 of 3 pods updated; the others follow when somebody deletes them',
  },
  {
    why: 'all its pods were deleted by hand',
    progress: { ...progress, isComplete: true },
    replacement: 'onDelete',
    state: 'UpToDate',
    reason: 'UpToDate',
  },
];

for (const { why, progress, replacement = 'rolling', state, reason, says } of states) {
  test(`a workload that was rolled is ${state}, as ${reason}: ${why}`, () => {
    const status = rolledStatus(aWorkload({ progress, replacement }));
    expect(status).toMatchObject({ kind: 'Deployment', name: 'app', state, reason });
    if (says !== undefined) expect(status.message).toContain(says);
    expect('message' in status).toBe(state !== 'UpToDate');
  });
}

test('where a workload stands has a reason, and a message where there is something to say', () => {
  expect(workloadStatus(aWorkload(), 'UpToDate')).toEqual({
    kind: 'Deployment',
    name: 'app',
    state: 'UpToDate',
    reason: 'UpToDate',
  });
  expect(workloadStatus(aWorkload(), 'Exempt', 'NextRun', 'm')).toMatchObject({ reason: 'NextRun', message: 'm' });
});

const REASON_OF = {
  UpToDate: 'UpToDate',
  RollingOut: 'RollingOut',
  Pending: 'RollingOut',
  Failed: 'WriteRefused',
  Exempt: 'OptedOut',
} as const;

function aStatus(
  name: string,
  state: WorkloadStatus['state'],
  message?: string,
  reason: Reason = REASON_OF[state],
): WorkloadStatus {
  return workloadStatus(aWorkload({ metadata: { name } }), state, reason, message);
}

function next(workloads: readonly WorkloadStatus[], status?: AwsSecretStatus): AwsSecretStatus | undefined {
  return nextRolloutStatus(anAwsSecret({ ...(status && { status }) }), workloads, CHANGED, NOW);
}

const done = aStatus('a', 'UpToDate');
const conditions = [
  { why: 'all run with the content', workloads: [done], is: 'True/UpToDate', says: 'present content: 1.' },
  {
    why: 'one is not ours to restart',
    workloads: [done, aStatus('b', 'Exempt', 'it opted out')],
    is: 'True/UpToDate',
    says: 'present content: 1; 1 more not for the operator',
  },
  {
    why: 'one is under way',
    workloads: [done, aStatus('b', 'RollingOut', '1 of 3')],
    is: 'False/RollingOut',
    says: 'Deployment b: 1 of 3',
  },
  {
    why: 'one waits',
    workloads: [aStatus('b', 'Pending', 'it is paused')],
    is: 'False/RollingOut',
    says: 'Deployment b: it is paused',
  },
  {
    why: 'one failed, which comes before those under way',
    workloads: [aStatus('a', 'RollingOut'), aStatus('b', 'Failed', 'no rights')],
    is: 'False/RestartFailed',
    says: 'Deployment b: no rights (and 1 more)',
  },
  {
    why: 'its own controller gave up',
    workloads: [aStatus('b', 'Failed', 'its own controller gave up its rollout', 'RestartFailed')],
    is: 'False/RestartFailed',
    says: 'gave up',
  },
  {
    why: 'somebody takes its restart back',
    workloads: [aStatus('b', 'Failed', 'taken back', 'RestartReverted')],
    is: 'False/RestartReverted',
    says: 'Deployment b: taken back',
  },
  {
    why: 'one waits for hands to delete its pods: the workload tells so, the condition is for those who wait',
    workloads: [done, aStatus('b', 'Pending', 'delete its pods', 'OnDelete')],
    is: 'False/RollingOut',
    says: 'Deployment b: delete its pods',
  },
  {
    why: 'a CronJob takes the content with its next run',
    workloads: [aStatus('b', 'Exempt', 'its next run', 'NextRun')],
    is: 'True/UpToDate',
    says: 'present content: 0; 1 more not for the operator',
  },
] as const;

for (const { why, workloads, is, says } of conditions) {
  test(`RolledOut=${is}: ${why}`, () => {
    const condition = next(workloads)?.conditions?.find(({ type }) => type === 'RolledOut');
    expect(`${condition?.status}/${condition?.reason}`).toBe(is);
    expect(condition?.message).toContain(says);
    expect(condition).toMatchObject({ observedGeneration: 1, lastTransitionTime: NOW });
  });
}

test('workloads are listed unfinished first, then by name, up to twenty, and all are counted', () => {
  const many = Array.from({ length: 25 }, (_, index) => aStatus(`w-${String(index).padStart(2, '0')}`, 'UpToDate'));
  const status = next([...many.reverse(), aStatus('z', 'RollingOut'), aStatus('y', 'Failed'), aStatus('x', 'Pending')]);
  const names = status?.rollout?.workloads?.map(({ name }) => name);
  expect(names?.slice(0, 5)).toEqual(['y', 'z', 'x', 'w-00', 'w-01']);
  expect([names?.length, status?.rollout?.workloadCount, status?.rollout?.upToDateCount]).toEqual([20, 28, 25]);
});

test('the order in which workloads were looked at is no change', () => {
  const [a, b] = [aStatus('a', 'UpToDate'), aStatus('b', 'UpToDate')];
  expect(next([b, a], next([a, b]))).toBeUndefined();
});

test('a Secret that nobody uses says nothing of a rollout', () => expect(next([])).toBeUndefined());

test('a Secret that nobody uses any more says so, once', () => {
  const gone = next([], next([aStatus('a', 'RollingOut')]));
  expect(gone).toMatchObject({ conditions: [{ status: 'True' }], rollout: { workloadCount: 0, upToDateCount: 0 } });
  expect(next([], gone)).toBeUndefined();
});

test('the rest of the status stays: the sync writes it', () => {
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'Synced',
    message: 'm',
    observedGeneration: 1,
    lastTransitionTime: NOW,
  } as const;
  const before: AwsSecretStatus = { observedGeneration: 1, lastChangeTime: NOW, conditions: [ready], sourceCount: 1 };
  const after = next([done], before);
  expect(after).toMatchObject({ observedGeneration: 1, lastChangeTime: NOW, sourceCount: 1 });
  expect(after?.conditions).toContainEqual(ready);
});

test('whatever happens, the status is one that the API server accepts', () => {
  for (const { workloads } of conditions) expect(() => awsSecretStatusSchema.parse(next(workloads))).not.toThrow();
});

const failures = [
  { why: 'nothing is told of it', told: [], isNew: true },
  { why: 'it was under way', told: [aStatus('a', 'RollingOut')], isNew: true },
  { why: 'it failed otherwise', told: [aStatus('a', 'Failed', 'm', 'RestartReverted')], isNew: true },
  { why: 'another workload failed so', told: [aStatus('b', 'Failed', 'm')], isNew: true },
  {
    why: 'one of another kind, with its name, failed so',
    told: [{ ...aStatus('a', 'Failed', 'm'), kind: 'DaemonSet' }],
    isNew: true,
  },
  { why: 'it is told already', told: [aStatus('a', 'Failed', 'm')], isNew: false },
];

for (const { why, told, isNew } of failures) {
  test(`a failure is ${isNew ? 'news' : 'no news'}: ${why}`, () => {
    const awsSecret = anAwsSecret({ status: { rollout: { workloads: told } } });
    expect(isNewFailure(awsSecret, aStatus('a', 'Failed', 'm'))).toBe(isNew);
  });
}

test('a failure is news while there is no status', () => {
  expect(isNewFailure(anAwsSecret(), aStatus('a', 'Failed'))).toBe(true);
});

import { expect, test } from 'vitest';
import { anAwsSecret, aWorkload } from '../../../test/support/builders.ts';
import { type AwsSecretStatus, awsSecretStatusSchema, type WorkloadStatus } from '../../crds/aws-secret.ts';
import { nextRolloutStatus, rolledStatus } from './status.ts';

const NOW = '2030-01-01T00:00:00.000Z';
const progress = { isComplete: false, isPaused: false, isStuck: false, updated: 1, desired: 3 };

const states = [
  { why: 'it is done', progress: { ...progress, isComplete: true }, state: 'UpToDate' },
  { why: 'it is under way', progress, state: 'RollingOut', says: '1 of 3' },
  {
    why: 'the new pods are there',
    progress: { ...progress, updated: 3 },
    state: 'RollingOut',
    says: 'not yet available',
  },
  { why: 'it is paused', progress: { ...progress, isPaused: true }, state: 'Pending', says: 'paused' },
  { why: 'it is stuck', progress: { ...progress, isStuck: true }, state: 'Failed', says: 'deadline' },
] as const;

for (const row of states) {
  test(`a workload that was rolled is ${row.state}: ${row.why}`, () => {
    const status = rolledStatus(aWorkload({ progress: row.progress }));
    expect(status).toMatchObject({ kind: 'Deployment', name: 'app', state: row.state });
    if ('says' in row) expect(status.message).toContain(row.says);
    else expect(status).not.toHaveProperty('message');
  });
}

function aStatus(name: string, state: WorkloadStatus['state'], message?: string): WorkloadStatus {
  return { kind: 'Deployment', name, state, ...(message !== undefined && { message }) };
}

function next(workloads: readonly WorkloadStatus[], status?: AwsSecretStatus): AwsSecretStatus | undefined {
  return nextRolloutStatus(anAwsSecret({ ...(status && { status }) }), workloads, NOW);
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

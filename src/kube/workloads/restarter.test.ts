import { expect, test } from 'vitest';
import { aWorkload } from '../../../test/support/builders.ts';
import { type Answer, answered, fakeTransport, refused } from '../../../test/support/fake-transport.ts';
import type { WorkloadKind } from '../../controller/rollout/workload.ts';
import { ok, type Result, type RetryClass } from '../../controller/runtime/error.ts';
import type { Reason } from '../../crds/reasons.ts';
import { kubeError } from '../error.ts';
import { createRestarter } from './restarter.ts';

const annotations = { 'restart.secrets-operator.io/db': 'k.b', 'restart.secrets-operator.io/tls': 'k.c' };
const pod = { name: 'app-1', uid: 'pod-uid' };
/** A 429 of the API server's own, for any call. */
const busy: Answer = { ok: false, error: kubeError(429, { reason: 'TooManyRequests' }, '1') };
const errorOf = (result: Result<unknown>) => (result.ok ? 'no error' : [result.error.reason, result.error.retry]);

const paths: Readonly<Record<Exclude<WorkloadKind, 'CronJob' | 'Job'>, string>> = {
  Deployment: '/apis/apps/v1/namespaces/shop/deployments/app',
  StatefulSet: '/apis/apps/v1/namespaces/shop/statefulsets/app',
  DaemonSet: '/apis/apps/v1/namespaces/shop/daemonsets/app',
  Rollout: '/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/app',
};

for (const [kind, path] of Object.entries(paths)) {
  test(`a ${kind} is restarted by annotations of its template, if it is still what was decided about`, async () => {
    const { transport, calls } = fakeTransport(answered());
    const restarted = await createRestarter(transport).restart(aWorkload({ kind: kind as WorkloadKind }), annotations);
    expect(restarted).toEqual(ok(undefined));
    expect(calls).toEqual([
      {
        method: 'PATCH',
        path,
        query: { fieldManager: 'secrets-operator-rollout' },
        contentType: 'application/merge-patch+json',
        body: { metadata: { resourceVersion: '50' }, spec: { template: { metadata: { annotations } } } },
      },
    ]);
  });
}

/** An answer that is no success, and how the controller has to take it. */
interface Refusal {
  readonly why: string;
  readonly answer: Answer;
  readonly is: readonly [Reason, RetryClass];
}

/** What both calls may be answered; the message says what was tried, in the words of RBAC. */
const refusals: readonly Refusal[] = [
  { why: 'it has gone', answer: refused(404, 'NotFound'), is: ['Progressing', 'conflict'] },
  { why: 'RBAC does not allow it', answer: refused(403, 'Forbidden'), is: ['WriteRefused', 'content'] },
  { why: 'an admission policy forbids it', answer: refused(422, 'Invalid'), is: ['WriteRefused', 'content'] },
  { why: 'the API server is ill', answer: refused(500, 'InternalError'), is: ['ApiServerUnavailable', 'transient'] },
  { why: 'the API server is busy', answer: busy, is: ['ApiServerUnavailable', 'transient'] },
  {
    why: 'no answer: it may have been done',
    answer: refused(0, 'NoAnswer'),
    is: ['ApiServerUnavailable', 'transient'],
  },
];

const restarts: readonly Refusal[] = [
  ...refusals,
  { why: 'somebody has written the workload since', answer: refused(409, 'Conflict'), is: ['Progressing', 'conflict'] },
];

for (const { why, answer, is } of restarts) {
  test(`a restart fails with ${is.join(', ')}: ${why}`, async () => {
    const { transport, calls } = fakeTransport(answer);
    const restarted = await createRestarter(transport).restart(aWorkload(), annotations);
    expect(errorOf(restarted)).toEqual(is);
    expect(!restarted.ok && restarted.error.message).toContain('could not patch deployments in namespace shop');
    expect(calls, 'to try again is for the controller to decide').toHaveLength(1);
  });
}

test('a pod is evicted, if it is still the same, within two seconds', async () => {
  const { transport, calls } = fakeTransport(answered());
  expect(await createRestarter(transport).evict(aWorkload(), pod)).toEqual(ok('evicted'));
  expect(calls).toEqual([
    {
      method: 'POST',
      path: '/api/v1/namespaces/shop/pods/app-1/eviction',
      body: {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: 'app-1', namespace: 'shop' },
        deleteOptions: { preconditions: { uid: 'pod-uid' } },
      },
      budgetMs: 2_000,
    },
  ]);
});

/** As the API server answers (kubernetes/kubernetes, pkg/registry/core/pod/storage/eviction.go). */
const budget = { causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget app needs 2 healthy pods' }] };
const forbidden = [
  { why: 'it allows no disruption', answer: refused(429, 'TooManyRequests', budget) },
  {
    why: 'it is still being processed',
    answer: { ok: false, error: kubeError(429, { reason: 'TooManyRequests', details: budget }, '10') } as const,
  },
];
for (const { why, answer } of forbidden) {
  test(`an eviction is forbidden by a budget: ${why}`, async () => {
    expect(await createRestarter(fakeTransport(answer).transport).evict(aWorkload(), pod)).toEqual(ok('forbidden'));
  });
}

const evictions: readonly Refusal[] = [
  ...refusals,
  {
    why: 'another pod has its name by now, or it has just become ready',
    answer: refused(409, 'Conflict'),
    is: ['Progressing', 'conflict'],
  },
  { why: 'two budgets cover the pod', answer: refused(500, 'HTTP 500'), is: ['ApiServerUnavailable', 'transient'] },
];

for (const { why, answer, is } of evictions) {
  test(`an eviction fails with ${is.join(', ')}: ${why}`, async () => {
    const evicted = await createRestarter(fakeTransport(answer).transport).evict(aWorkload(), pod);
    expect(errorOf(evicted)).toEqual(is);
    expect(!evicted.ok && evicted.error.message).toContain('could not create pods/eviction in namespace shop');
  });
}

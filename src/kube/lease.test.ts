import { expect, test } from 'vitest';
import { type Answer, answered, fakeTransport, refused } from '../../test/support/fake-transport.ts';
import type { LeaseRecord } from '../controller/runtime/lease.ts';
import { createLeaseStore } from './lease.ts';

const ACQUIRED = '2030-01-01T00:00:00.000000Z';
const RENEWED = '2030-01-01T00:00:04.250000Z';
const record: LeaseRecord = {
  holder: 'pod-1_x',
  durationMs: 15_000,
  acquiredAt: Date.parse(ACQUIRED),
  renewedAt: Date.parse(RENEWED),
  transitions: 3,
};
const spec = {
  holderIdentity: 'pod-1_x',
  leaseDurationSeconds: 15,
  acquireTime: ACQUIRED,
  renewTime: RENEWED,
  leaseTransitions: 3,
};
const body = { metadata: { resourceVersion: '7', annotations: { note: 'x' } }, spec };
const seen = { record, resourceVersion: '6' };

function store(answer: Answer) {
  const { transport, calls } = fakeTransport(answer);
  return { calls, ...createLeaseStore({ transport, namespace: 'ops', name: 'rel', budgetMs: 5_000 }) };
}

test('reads the lease, however little of it is there', async () => {
  expect(await store(answered(body)).get()).toEqual({ ok: true, value: { record, resourceVersion: '7' } });
  const empty = { holder: '', durationMs: 0, acquiredAt: 0, renewedAt: 0, transitions: 0 };
  const nulls = Object.fromEntries(Object.keys(spec).map(key => [key, null]));
  for (const bare of [{}, { spec: {} }, { spec: nulls }, { spec: { renewTime: 'soon' } }]) {
    const value = { metadata: body.metadata, ...bare };
    expect(await store(answered(value)).get()).toMatchObject({ ok: true, value: { record: empty } });
  }
});

test('no lease is no error', async () => {
  expect(await store(refused(404, 'NotFound')).get()).toEqual({ ok: true, value: undefined });
});

test('creates it by POST, with six digits in every time', async () => {
  const { create, calls } = store(answered(body));
  expect(await create(record)).toEqual({ ok: true, value: { record, resourceVersion: '7' } });
  expect(calls).toEqual([
    {
      method: 'POST',
      path: '/apis/coordination.k8s.io/v1/namespaces/ops/leases',
      query: { fieldManager: 'secrets-operator' },
      body: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'rel' }, spec },
      budgetMs: 5_000,
      isUrgent: true,
    },
  ]);
});

test('writes over the version it has seen, by merge patch, so that the annotations of others stay', async () => {
  const { replace, calls } = store(answered(body));
  expect(await replace(seen, record)).toEqual({ ok: true, value: { record, resourceVersion: '7' } });
  expect(calls).toEqual([
    {
      method: 'PATCH',
      path: '/apis/coordination.k8s.io/v1/namespaces/ops/leases/rel',
      query: { fieldManager: 'secrets-operator' },
      contentType: 'application/merge-patch+json',
      body: { metadata: { resourceVersion: '6' }, spec },
      budgetMs: 5_000,
      isUrgent: true,
    },
  ]);
});

test('a part of a second counts as a whole one', async () => {
  const { replace, calls } = store(answered(body));
  await replace(seen, { ...record, durationMs: 1_500 });
  expect(calls[0]?.body).toMatchObject({ spec: { leaseDurationSeconds: 2 } });
});

const failures = [
  { why: 'another was first', status: 409, does: 'create', retry: 'conflict', says: 'create lease ops/rel' },
  { why: 'another wrote in between', status: 409, does: 'replace', retry: 'conflict', says: 'patch lease ops/rel' },
  { why: 'it was deleted', status: 404, does: 'replace', retry: 'conflict', says: 'it is gone' },
  { why: 'no such namespace', status: 404, does: 'create', retry: 'content', says: '--leader-election-namespace' },
  { why: 'no right to read', status: 403, does: 'get', retry: 'content', says: 'get lease ops/rel' },
  { why: 'no right to write', status: 403, does: 'replace', retry: 'content', says: 'RBAC' },
  { why: 'no answer', status: 0, does: 'replace', retry: 'transient', says: 'did not answer' },
] as const;

for (const { why, status, does, retry, says } of failures) {
  test(`${does} fails as ${retry}: ${why}`, async () => {
    const { get, create, replace } = store(refused(status, 'X'));
    const act = { get, create: () => create(record), replace: () => replace(seen, record) }[does];
    expect(await act()).toMatchObject({ ok: false, error: { retry, message: expect.stringContaining(says) } });
  });
}

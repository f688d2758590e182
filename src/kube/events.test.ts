import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aLog } from '../../test/support/builders.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { type Answer, answered, fakeTransport, refused } from '../../test/support/fake-transport.ts';
import type { ObjectEvent } from '../controller/runtime/events.ts';
import { createEventRecorder, eventName } from './events.ts';

const HOUR = 3_600_000;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function anEvent(event: Partial<ObjectEvent> = {}): ObjectEvent {
  const regarding = { namespace: 'shop', name: 'payments', uid: 'uid-1' };
  return { regarding, type: 'Warning', reason: 'AccessDenied', action: 'Sync', note: 'no', cause: 'c', ...event };
}

const related = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'shop', name: 'app', uid: 'app-uid' },
} as const;

function world(...answers: readonly Answer[]) {
  const { transport, calls } = fakeTransport(...answers);
  const clock = createFakeClock();
  const { log, lines } = aLog();
  const options = { clock, log, reportingController: 'secrets-operator', reportingInstance: 'operator-0' };
  return { recorder: createEventRecorder(transport, options), calls, clock, lines };
}

test('an event is stored as events.k8s.io/v1 wants it', async () => {
  const { recorder, calls } = world();
  await recorder.record(anEvent({ related }));
  expect(calls).toHaveLength(1);
  expect(calls[0]).toMatchObject({
    method: 'POST',
    path: '/apis/events.k8s.io/v1/namespaces/shop/events',
    budgetMs: 2_000,
    body: {
      metadata: { name: eventName(anEvent({ related })), namespace: 'shop' },
      eventTime: '2030-01-01T00:00:00.000000Z',
      reportingController: 'secrets-operator',
      reportingInstance: 'operator-0',
      type: 'Warning',
      reason: 'AccessDenied',
      action: 'Sync',
      note: 'no',
      regarding: {
        apiVersion: 'secrets-operator.io/v1alpha1',
        kind: 'AwsSecret',
        namespace: 'shop',
        name: 'payments',
        uid: 'uid-1',
      },
      related: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'app', uid: 'app-uid' },
    },
  });
});

test('what is told of another kind is stored where that lies', async () => {
  const { recorder, calls } = world();
  const regarding = { namespace: 'ops', name: 'operator-0', uid: 'pod-uid' };
  await recorder.record(anEvent({ regarding, regardingKind: { apiVersion: 'v1', kind: 'Pod' } }));
  expect(calls[0]).toMatchObject({
    path: '/apis/events.k8s.io/v1/namespaces/ops/events',
    body: { regarding: { apiVersion: 'v1', kind: 'Pod', ...regarding } },
  });
});

const others: readonly { readonly why: string; readonly event: Partial<ObjectEvent> }[] = [
  { why: 'another object of the same name', event: { regarding: { ...anEvent().regarding, uid: 'uid-2' } } },
  { why: 'another type', event: { type: 'Normal' } },
  { why: 'another reason', event: { reason: 'NotJson' } },
  { why: 'another action', event: { action: 'Delete' } },
  { why: 'another related object', event: { related } },
  { why: 'other words', event: { note: 'yes' } },
  { why: 'another occurrence', event: { cause: 'd' } },
];

for (const { why, event } of others) {
  test(`another event: ${why}`, () => expect(eventName(anEvent(event))).not.toBe(eventName(anEvent())));
}

test('no part of an event runs into the next', () => {
  expect(eventName(anEvent({ note: 'ab', cause: 'c' }))).not.toBe(eventName(anEvent({ note: 'a', cause: 'bc' })));
});

const names = [
  'payments',
  'a'.repeat(253),
  `${'a'.repeat(235)}-b`,
  `${'a'.repeat(235)}.b`,
  `${'a'.repeat(230)}......b`,
];
for (const name of names) {
  test(`a valid name for the event of ${name.length} characters ending in ${name.slice(-8)}`, () => {
    const given = eventName(anEvent({ regarding: { namespace: 'shop', name, uid: 'u' } }));
    expect(given).toMatch(DNS_SUBDOMAIN);
    expect(given.length).toBeLessThanOrEqual(253);
  });
}

test('a note is cut at 1,024 bytes, between two characters', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 900, maxLength: 1_100 }), async note => {
      const { recorder, calls } = world();
      await recorder.record(anEvent({ note }));
      const { note: stored = '' } = (calls[0]?.body ?? {}) as { note?: string };
      expect(Buffer.byteLength(stored)).toBeLessThanOrEqual(1_024);
      expect(note.startsWith(stored) && stored.isWellFormed()).toBe(true);
      expect(stored === note || Buffer.byteLength(stored) > 1_020).toBe(true);
    }),
    { numRuns: 25 },
  );
});

test('a long name of an instance is cut', async () => {
  const { transport, calls } = fakeTransport();
  const clock = createFakeClock();
  const reporting = { reportingController: 'secrets-operator', reportingInstance: 'x'.repeat(200) };
  await createEventRecorder(transport, { clock, log: aLog().log, ...reporting }).record(anEvent());
  expect(calls[0]?.body).toMatchObject({ reportingInstance: 'x'.repeat(128) });
});

const answers: readonly { readonly why: string; readonly answer: Answer; readonly says: readonly string[] }[] = [
  { why: 'it is stored', answer: answered(), says: [] },
  { why: 'it was told before, or the first answer was lost', answer: refused(409, 'AlreadyExists'), says: [] },
  {
    why: 'the namespace is being deleted',
    answer: refused(403, 'Forbidden', { causes: [{ reason: 'NamespaceTerminating' }] }),
    says: [],
  },
  { why: 'the namespace is gone', answer: refused(404, 'NotFound'), says: [] },
  { why: 'RBAC forbids it', answer: refused(403, 'Forbidden'), says: ['debug event dropped Forbidden'] },
  { why: 'the API server is away', answer: refused(0, ''), says: ['debug event dropped HTTP 0'] },
  { why: 'it is refused', answer: refused(422, 'Invalid'), says: ['debug event dropped Invalid'] },
];

for (const { why, answer, says } of answers) {
  test(`recording never fails: ${why}`, async () => {
    const { recorder, calls, lines } = world(answer);
    await expect(recorder.record(anEvent())).resolves.toBeUndefined();
    expect(calls).toHaveLength(1);
    expect(lines.map(({ level, event, reason }) => `${level} ${event} ${reason}`)).toEqual(says);
  });
}

test('what this process has told it does not send again within the hour', async () => {
  const { recorder, calls, clock } = world();
  for (let i = 0; i < 5; i += 1) await recorder.record(anEvent());
  expect(calls).toHaveLength(1);
  clock.advance(HOUR);
  await recorder.record(anEvent());
  expect(calls, 'the API server has dropped it by now').toHaveLength(2);
});

test('a source that comes and goes makes no storm, and drowns no other event', async () => {
  const { recorder, calls, clock } = world();
  const flap = async (): Promise<void> => {
    for (let i = 0; i < 100; i += 1) await recorder.record(anEvent({ cause: String(i) }));
  };
  await flap();
  expect(calls).toHaveLength(10);
  await recorder.record(anEvent({ reason: 'NotJson' }));
  await recorder.record(anEvent({ related }));
  await recorder.record(anEvent({ regarding: { namespace: 'shop', name: 'other', uid: 'uid-2' } }));
  expect(calls).toHaveLength(13);
  clock.advance(HOUR);
  await flap();
  expect(calls).toHaveLength(23);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anAwsSecret, aRecord } from '../../../../test/support/builders.ts';
import type { AwsSecret, AwsSecretStatus } from '../../../crds/aws-secret.ts';
import type { Reason } from '../../../crds/reasons.ts';
import type { RetryClass } from '../../runtime/error.ts';
import type { ObjectEvent } from '../../runtime/events.ts';
import { syncEvents } from './events.ts';
import type { SyncResult } from './result.ts';
import { nextStatus } from './status.ts';

const NOW = Date.parse('2030-01-02T00:00:00.000Z');
const DAY = 86_400_000;
const MINUTE = 60_000;

const fresh: AwsSecretStatus = {
  observedGeneration: -1,
  conditions: [
    {
      type: 'Ready',
      status: 'Unknown',
      reason: 'Progressing',
      message: 'Waiting for the operator.',
      lastTransitionTime: '1970-01-01T00:00:00Z',
      observedGeneration: 0,
    },
  ],
};

const suspended: SyncResult = { kind: 'suspended' };
const panicked: SyncResult = { kind: 'panicked', error: 'TypeError' };
const synced: SyncResult = { kind: 'synced', record: aRecord() };
const changed: SyncResult = { kind: 'synced', record: aRecord({ changedAt: '2030-01-01T12:00:00.000Z' }) };
const remade: SyncResult = {
  kind: 'synced',
  record: aRecord({
    changedAt: '2030-01-01T13:00:00.000Z',
    target: { name: 'payments', uid: 'another', resourceVersion: '9' },
  }),
};
function failed(reason: Reason, retry: RetryClass, silentMs = 0, message = `${reason} happened`): SyncResult {
  return { kind: 'failed', error: { reason, retry, message }, failures: [], silentMs };
}
const denied = failed('AccessDenied', 'content');
const missing = failed('SecretNotFound', 'content');
const away = (silentMs: number) => failed('Unavailable', 'transient', silentMs);

/** What is told on the way of one object through `results`, one a minute; some statuses are lost before they are written. */
function tell(
  results: readonly SyncResult[],
  isLost: (index: number) => boolean = () => false,
): readonly ObjectEvent[] {
  let object: AwsSecret = anAwsSecret({ status: fresh });
  const events: ObjectEvent[] = [];
  for (const [index, result] of results.entries()) {
    const now = NOW + index * MINUTE;
    const verified = result.kind === 'synced' ? { ...result, record: { ...result.record, verifiedTime: now } } : result;
    const next = nextStatus(object, verified, now, { maxStalenessMs: DAY });
    if (next === undefined) continue;
    events.push(...syncEvents(object, next));
    if (!isLost(index)) object = { ...object, status: next };
  }
  return events;
}

const said = (events: readonly ObjectEvent[]) => events.map(({ type, reason }) => `${type} ${reason}`);

const rows: readonly {
  readonly why: string;
  readonly results: readonly SyncResult[];
  readonly says: readonly string[];
}[] = [
  { why: 'a first sync is no news', results: [synced], says: [] },
  { why: 'nor is a refresh', results: [synced, synced], says: [] },
  { why: 'a first sync that fails', results: [denied], says: ['Warning AccessDenied'] },
  { why: 'a first sync that nobody answers', results: [away(0)], says: ['Warning Unavailable'] },
  { why: 'a retry tells nothing', results: [denied, denied, denied], says: ['Warning AccessDenied'] },
  { why: 'another failure', results: [denied, missing], says: ['Warning AccessDenied', 'Warning SecretNotFound'] },
  {
    why: 'the same failure of another source',
    results: [denied, failed('AccessDenied', 'content', 0, 'another')],
    says: ['Warning AccessDenied', 'Warning AccessDenied'],
  },
  { why: 'its end', results: [denied, synced], says: ['Warning AccessDenied', 'Normal Synced'] },
  {
    why: 'the end of a first sync that nobody answered',
    results: [away(0), synced],
    says: ['Warning Unavailable', 'Normal Synced'],
  },
  { why: 'a short outage', results: [synced, away(MINUTE), synced], says: [] },
  { why: 'a longer one', results: [synced, away(3 * MINUTE), synced], says: ['Warning Unavailable', 'Normal Synced'] },
  {
    why: 'one that lasts, by the same name',
    results: [synced, away(3 * MINUTE), away(DAY), away(2 * DAY), synced],
    says: ['Warning Unavailable', 'Normal Synced'],
  },
  {
    why: 'a target in the way',
    results: [synced, failed('TargetNotOwned', 'terminal')],
    says: ['Warning TargetNotOwned'],
  },
  { why: 'a defect of our own', results: [synced, panicked, synced], says: ['Warning InternalError', 'Normal Synced'] },
  { why: 'a change of content', results: [synced, changed], says: ['Normal SecretUpdated'] },
  {
    why: 'a change of content after trouble',
    results: [synced, denied, changed],
    says: ['Warning AccessDenied', 'Normal Synced', 'Normal SecretUpdated'],
  },
  { why: 'a Secret that was deleted and made again holds nothing new', results: [synced, remade], says: [] },
  { why: 'a time of change that was lost is no change', results: [changed, synced], says: [] },
  { why: 'suspended', results: [synced, suspended, synced], says: [] },
  { why: 'suspended in trouble, which is not its end', results: [denied, suspended], says: ['Warning AccessDenied'] },
];

for (const { why, results, says } of rows) {
  test(`${why} → ${says.join(', ') || 'nothing'}`, () => expect(said(tell(results))).toEqual(says));
}

test('an event carries the words of the condition, and names the object and the Secret', () => {
  const [warning, , updated] = tell([synced, denied, changed]);
  expect(warning).toMatchObject({ action: 'Sync', note: 'AccessDenied happened', regarding: { uid: 'uid-1' } });
  expect(updated).toMatchObject({
    related: { kind: 'Secret', metadata: { namespace: 'shop', name: 'payments', uid: 'secret-uid' } },
    note: 'Secret "payments" has new content from AWS.',
  });
});

/** By what the recorder tells one event from another. */
const identities = (events: readonly ObjectEvent[]) =>
  new Set(events.map(({ type, reason, note, cause }) => JSON.stringify([type, reason, note, cause])));

test('a second outage is told, though it looks like the first', () => {
  const events = tell([synced, away(3 * MINUTE), synced, away(3 * MINUTE), synced]);
  expect(events).toHaveLength(4);
  expect(identities(events).size).toBe(4);
});

test('a source that flaps between two failures is told twice, not without end', () => {
  const flapping = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? denied : missing));
  expect(identities(tell([synced, ...flapping])).size).toBe(2);
});

const anyResult = fc.constantFrom(
  synced,
  changed,
  remade,
  denied,
  missing,
  away(3 * MINUTE),
  away(DAY),
  panicked,
  suspended,
);

test('an operator that dies between event and status, and decides the same again, tells it once', () => {
  fc.assert(
    fc.property(fc.array(anyResult, { maxLength: 8 }), results => {
      const twice = results.flatMap(result => [result, result]);
      const crashing = tell(twice, index => index % 2 === 0);
      expect(identities(crashing).size).toBe(identities(tell(results)).size);
    }),
  );
});

import { expect, test } from 'vitest';
import { type Condition, NEVER } from '../../src/crds/conditions.ts';
import { conditionDefects, type Kstatus, kstatus, type Observable } from './kstatus.ts';

const T0 = '2030-01-01T00:00:00.000Z';
const T1 = '2030-01-02T00:00:00.000Z';

type Conditions = readonly Partial<Condition>[];

function condition(type: string, status: Condition['status'], more: Partial<Condition> = {}): Partial<Condition> {
  const reason = { Ready: 'Synced', RolledOut: 'UpToDate' }[type] ?? 'AccessDenied';
  return { type, status, reason, message: 'm', lastTransitionTime: T0, observedGeneration: 2, ...more };
}

function object(conditions: Conditions | undefined, observedGeneration: number | undefined = 2): Observable {
  return { metadata: { generation: 2 }, status: { observedGeneration, conditions } };
}

const ready = condition('Ready', 'True');
const denied = condition('Ready', 'False', { reason: 'AccessDenied' });
const reconciling = condition('Reconciling', 'True');
const stalled = condition('Stalled', 'True');
const stale = condition('Stale', 'True');
const rolledOut = condition('RolledOut', 'True');

const readings: readonly { readonly why: string; readonly object: Observable; readonly is: Kstatus }[] = [
  { why: 'ready', object: object([ready]), is: 'Current' },
  { why: 'ready, and stale, which kstatus does not know', object: object([ready, stale]), is: 'Current' },
  { why: 'not ready', object: object([denied]), is: 'InProgress' },
  { why: 'unknown', object: object([condition('Ready', 'Unknown')]), is: 'InProgress' },
  { why: 'at work', object: object([denied, reconciling]), is: 'InProgress' },
  { why: 'stuck', object: object([denied, stalled]), is: 'Failed' },
  { why: 'both: the first in the list counts', object: object([stalled, reconciling]), is: 'Failed' },
  { why: 'both: the first in the list counts', object: object([reconciling, stalled]), is: 'InProgress' },
  { why: 'the spec has changed since', object: object([ready], 1), is: 'InProgress' },
  { why: 'nobody has seen it yet', object: object([ready], -1), is: 'InProgress' },
  { why: 'no conditions: the false green', object: object([]), is: 'Current' },
  { why: 'no status: the false green', object: { metadata: { generation: 2 } }, is: 'Current' },
  {
    why: 'being deleted comes first',
    object: { metadata: { generation: 2, deletionTimestamp: T0 }, status: { observedGeneration: 1 } },
    is: 'Terminating',
  },
];

for (const { why, object: given, is } of readings) {
  test(`kstatus: ${why} → ${is}`, () => expect(kstatus(given)).toBe(is));
}

const sound: readonly { readonly why: string; readonly object: Observable; readonly previous?: Observable }[] = [
  { why: 'in step', object: object([ready]) },
  { why: 'in step, rolled out', object: object([ready, rolledOut]) },
  { why: 'stale', object: object([ready, condition('Stale', 'True', { reason: 'Unavailable' })]) },
  { why: 'expired', object: object([denied, reconciling, stale]) },
  { why: 'denied', object: object([denied, reconciling]) },
  { why: 'stalled', object: object([denied, stalled]) },
  { why: 'suspended while denied', object: object([condition('Ready', 'False', { reason: 'Suspended' })]) },
  {
    why: 'as the CRD fills it in',
    object: object(
      [condition('Ready', 'Unknown', { observedGeneration: 0 }), { ...reconciling, observedGeneration: 0 }],
      -1,
    ),
  },
  {
    why: 'the spec has changed since',
    object: object([{ ...ready, observedGeneration: 1 }, rolledOut], 1),
  },
  {
    why: 'the status has changed with its time',
    object: object([{ ...ready, lastTransitionTime: T1 }]),
    previous: object([denied, reconciling]),
  },
  {
    why: 'the time of the default was none',
    object: object([{ ...ready, lastTransitionTime: T1 }]),
    previous: object([{ ...ready, lastTransitionTime: NEVER }]),
  },
];

for (const { why, object: given, previous } of sound) {
  test(`sound: ${why}`, () => expect(conditionDefects(given, previous)).toEqual([]));
}

/** One planted defect each. */
const defects: readonly {
  readonly object: Observable;
  readonly previous?: Observable;
  readonly says: string;
}[] = [
  { object: { metadata: { generation: 2 } }, says: 'no observedGeneration' },
  { object: { metadata: { generation: 2 }, status: { conditions: [ready] } }, says: 'no observedGeneration' },
  { object: object([]), says: 'takes the object for finished' },
  { object: object(undefined), says: 'takes the object for finished' },
  { object: object([rolledOut]), says: 'Ready is absent' },
  { object: object([ready], 3), says: 'ahead of the generation' },
  { object: object([ready, ready]), says: 'there twice' },
  { object: object([denied, reconciling, stalled]), says: 'both there' },
  { object: object([ready, stalled]), says: 'Ready is True beside' },
  { object: object([ready, reconciling]), says: 'Ready is True beside' },
  { object: object([denied]), says: 'neither Reconciling nor Stalled' },
  { object: object([condition('Ready', 'Unknown'), stalled]), says: 'Ready that is not False' },
  { object: object([ready, condition('Stalled', 'False')]), says: 'Stalled should be absent' },
  { object: object([ready, condition('Stale', 'Unknown')]), says: 'Stale should be absent' },
  { object: object([{ ...ready, observedGeneration: 1 }]), says: 'Ready: is of another generation' },
  { object: object([{ ...ready, observedGeneration: 3 }]), says: 'Ready: is ahead' },
  { object: object([ready, { ...rolledOut, observedGeneration: 1 }]), says: 'RolledOut: is of another generation' },
  { object: object([{ ...denied, observedGeneration: 1 }, reconciling]), says: 'Ready: is of another generation' },
  { object: object([omit(ready, 'observedGeneration')]), says: 'Ready: has no observedGeneration' },
  { object: object([omit(ready, 'lastTransitionTime')]), says: 'Ready: has no lastTransitionTime' },
  { object: object([omit(ready, 'message')]), says: 'Ready: has no message' },
  { object: object([{ ...ready, reason: 'not_camel' }]), says: 'is not CamelCase' },
  { object: object([omit(ready, 'reason')]), says: 'is not CamelCase' },
  { object: object([{ ...ready, reason: 'MadeUp' }]), says: 'is not on the list' },
  { object: object([{ ...ready, reason: 'toString' }]), says: 'is not CamelCase' },
  { object: object([{ ...ready, reason: 'SecretUpdated' }]), says: 'is not one of conditions' },
  { object: object([ready, condition('Happy', 'True')]), says: 'Happy: is no documented type' },
  {
    object: object([{ ...ready, lastTransitionTime: T1 }]),
    previous: object([ready]),
    says: 'lastTransitionTime has moved, and status has not',
  },
];

for (const { object: given, previous, says } of defects) {
  test(`a planted defect is found: ${says}`, () => {
    expect(conditionDefects(given, previous).join('; ')).toContain(says);
  });
}

function omit(from: Partial<Condition>, key: keyof Condition): Partial<Condition> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => name !== key));
}

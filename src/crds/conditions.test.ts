import { expect, test } from 'vitest';
import { CONDITION_TYPES, type Condition, NEVER, type NextCondition, withConditions } from './conditions.ts';
import { REASONS } from './reasons.ts';

const THEN = '2030-01-01T00:00:00.000Z';
const NOW = '2030-01-02T00:00:00.000Z';

function condition(over: Partial<Condition>): Condition {
  const base = { type: 'Ready', status: 'True', reason: 'Synced', message: 'm', observedGeneration: 1 } as const;
  return { ...base, lastTransitionTime: THEN, ...over };
}

function next(over: Partial<NextCondition>): NextCondition {
  return { type: 'Ready', status: 'True', reason: 'Synced', message: 'm', observedGeneration: 1, ...over };
}

const rows = [
  { why: 'a first condition begins now', previous: [], next: next({}), at: NOW },
  { why: 'the same again keeps its time', previous: [condition({})], next: next({}), at: THEN },
  {
    why: 'another status is a transition',
    previous: [condition({ status: 'False' })],
    next: next({ status: 'True' }),
    at: NOW,
  },
  {
    why: 'another reason alone is no transition',
    previous: [condition({ reason: 'NotJson' })],
    next: next({ reason: 'EmptyValue' }),
    at: THEN,
  },
  {
    why: 'another message alone is no transition',
    previous: [condition({ message: 'a' })],
    next: next({ message: 'b' }),
    at: THEN,
  },
  {
    why: 'another generation alone is no transition',
    previous: [condition({ observedGeneration: 1 })],
    next: next({ observedGeneration: 2 }),
    at: THEN,
  },
  {
    why: 'the time in the default of the CRD is nobody’s: the first word about it counts',
    previous: [condition({ lastTransitionTime: NEVER })],
    next: next({}),
    at: NOW,
  },
  {
    why: 'the time of another type says nothing',
    previous: [condition({ type: 'Stale' })],
    next: next({}),
    at: NOW,
  },
];

for (const row of rows) {
  test(`transition time: ${row.why}`, () => {
    const after = withConditions(row.previous, [row.next], [], NOW).filter(c => c.type === 'Ready');
    expect(after).toEqual([{ ...row.next, lastTransitionTime: row.at }]);
  });
}

test('conditions of other types stay as they are, those in `remove` go', () => {
  const previous = [condition({}), condition({ type: 'Stalled' }), condition({ type: 'RolledOut' })];
  const after = withConditions(previous, [next({ status: 'False' })], ['Stalled', 'Stale'], NOW);
  expect(after.map(c => c.type)).toEqual(['Ready', 'RolledOut']);
  expect(after[1]).toBe(previous[2]);
});

test('a condition that somebody else added stays: the list is shared by type', () => {
  const foreign = condition({ type: 'example.com/Audited' });
  expect(withConditions([foreign], [next({})], [...CONDITION_TYPES], NOW)).toContainEqual(foreign);
});

test('the order is that of CONDITION_TYPES, whatever came first: an unstable order would be a write', () => {
  const types = (all: readonly Condition[]) => all.map(c => c.type);
  const shuffled = [...CONDITION_TYPES].reverse().map(type => condition({ type }));
  expect(types(withConditions(shuffled, [], [], NOW))).toEqual(CONDITION_TYPES);
  expect(
    types(
      withConditions(
        [],
        [...CONDITION_TYPES].reverse().map(type => next({ type })),
        [],
        NOW,
      ),
    ),
  ).toEqual(CONDITION_TYPES);
});

test('the previous list is not changed', () => {
  const previous = Object.freeze([condition({ type: 'Stale' }), condition({})]);
  expect(() => withConditions(previous, [next({ status: 'False' })], ['Stale'], NOW)).not.toThrow();
});

test('every reason is one CamelCase word, as the Kubernetes API conventions ask, with its meaning and the way out', () => {
  for (const [reason, doc] of Object.entries(REASONS)) {
    expect(reason).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(doc.meaning, reason).toMatch(/^\S.{9,}\.$/);
    expect(doc.remedy, reason).toMatch(/^\S.{9,}\.$/);
  }
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Knowledge, Need, Operation, PlannedCall } from './need.ts';
import { canAnswer, plan } from './plan.ts';
import { priceOf } from './prices.ts';

const NOTHING: Knowledge = { denied: new Set(), listed: () => undefined };
const deny = (...denied: Operation[]): Knowledge => ({ ...NOTHING, denied: new Set(denied) });
const listOf = (count: number): Knowledge => ({ ...NOTHING, listed: () => count });

function need(i: number, part: Partial<Need> = {}): Need {
  const shared = { secretId: `prod/s${i}`, version: { stage: 'AWSCURRENT' }, excluded: new Set<Operation>() };
  return { ...shared, wants: 'version', mayLag: true, isFirst: false, ...part };
}
const needs = (n: number, part: Partial<Need> = {}): readonly Need[] =>
  Array.from({ length: n }, (_, i) => need(i, part));
const strict = { mayLag: false } as const;
const value = { wants: 'value' } as const;

/** Such as `BatchGetSecretValue 20`. */
const shape = (calls: readonly PlannedCall[]): readonly string[] =>
  calls.map(({ operation, needs }) => `${operation} ${needs.length}`);

const rows: readonly {
  readonly why: string;
  readonly of: readonly Need[];
  readonly knowing?: Knowledge;
  readonly calls: readonly string[];
}[] = [
  { why: 'nothing asks for nothing', of: [], calls: [] },
  {
    why: 'one version is asked for itself: a list would cost the same and lag',
    of: needs(1),
    calls: ['DescribeSecret 1'],
  },
  { why: 'a list tells of many for the price of one call', of: needs(10), calls: ['ListSecrets 10'] },
  {
    why: 'a list that is far longer than what is asked of it is not read',
    of: needs(30),
    knowing: listOf(50_000),
    calls: ['BatchGetSecretValue 20', 'BatchGetSecretValue 10'],
  },
  { why: 'Strict never believes a list', of: needs(20, strict), calls: ['BatchGetSecretValue 20'] },
  {
    why: 'two decryptions and a call cost more than two calls',
    of: needs(2, strict),
    calls: ['DescribeSecret 1', 'DescribeSecret 1'],
  },
  {
    why: 'what may not be listed is asked in batches',
    of: needs(21),
    knowing: deny('ListSecrets'),
    calls: ['BatchGetSecretValue 20', 'BatchGetSecretValue 1'],
  },
  {
    why: 'what may neither be listed nor batched is asked one by one',
    of: needs(2),
    knowing: deny('ListSecrets', 'BatchGetSecretValue'),
    calls: ['DescribeSecret 1', 'DescribeSecret 1'],
  },
  {
    why: 'where only GetSecretValue is left, the value tells the version',
    of: needs(1),
    knowing: deny('ListSecrets', 'BatchGetSecretValue', 'DescribeSecret'),
    calls: ['GetSecretValue 1'],
  },
  {
    why: 'a call that is denied is made when there is no other: its refusal says what is missing',
    of: needs(1),
    knowing: deny('ListSecrets', 'BatchGetSecretValue', 'DescribeSecret', 'GetSecretValue'),
    calls: ['DescribeSecret 1'],
  },
  { why: 'one value needs no batch, nor the right to one', of: needs(1, value), calls: ['GetSecretValue 1'] },
  {
    why: 'values come by twenty',
    of: needs(41, value),
    calls: ['BatchGetSecretValue 20', 'BatchGetSecretValue 20', 'BatchGetSecretValue 1'],
  },
  {
    why: 'a batch has no other stage than AWSCURRENT',
    of: needs(2, { ...value, version: { stage: 'AWSPENDING' } }),
    calls: ['GetSecretValue 1', 'GetSecretValue 1'],
  },
  {
    why: 'a version id is read singly',
    of: needs(1, { ...value, version: { versionId: 'v' } }),
    calls: ['GetSecretValue 1'],
  },
  {
    why: 'another stage is in the list too',
    of: needs(3, { version: { stage: 'AWSPENDING' } }),
    calls: ['ListSecrets 3'],
  },
  {
    why: 'what a list could not tell is not asked of it again',
    of: needs(3, { excluded: new Set(['ListSecrets']) }),
    calls: ['BatchGetSecretValue 3'],
  },
  {
    why: 'what only a list can tell is asked of it, whatever it costs',
    of: needs(1, { excluded: new Set(['BatchGetSecretValue', 'DescribeSecret', 'GetSecretValue']) }),
    calls: ['ListSecrets 1'],
  },
];

test.each(rows)('$why', ({ of, knowing = NOTHING, calls }) => {
  expect(shape(plan(of, knowing))).toEqual(calls);
});

test('what nobody holds yet comes first', () => {
  const all = [...needs(20, value), need(99, { ...value, isFirst: true })];
  expect(plan(all, NOTHING)[0]?.needs[0]?.secretId).toBe('prod/s99');
});

const OPERATIONS: readonly Operation[] = ['BatchGetSecretValue', 'DescribeSecret', 'GetSecretValue', 'ListSecrets'];
const operations = fc.subarray([...OPERATIONS]).map(all => new Set(all));
const anyNeed = fc
  .record({
    version: fc.constantFrom({ stage: 'AWSCURRENT' }, { stage: 'AWSPENDING' }, { versionId: 'v1' }),
    wants: fc.constantFrom('version', 'value'),
    mayLag: fc.boolean(),
    isFirst: fc.boolean(),
    excluded: operations,
  })
  .map(part => part as Partial<Need>);
const anyNeeds = fc.array(anyNeed, { maxLength: 120 }).map(parts => parts.map((part, i) => need(i, part)));
const anyKnowledge = fc
  .record({ denied: operations, count: fc.option(fc.nat(20_000), { nil: undefined }) })
  .map(({ denied, count }): Knowledge => ({ denied, listed: () => count }));

test('every need that some call can answer is in exactly one that can, and no other is in any', () => {
  fc.assert(
    fc.property(anyNeeds, anyKnowledge, (all, knowledge) => {
      const calls = plan(all, knowledge);
      const covered = calls.flatMap(call => call.needs);
      expect(new Set(covered).size).toBe(covered.length);
      for (const call of calls) for (const each of call.needs) expect(canAnswer(each, call.operation)).toBe(true);
      const answerable = all.filter(each => OPERATIONS.some(operation => canAnswer(each, operation)));
      const open = all.filter(each =>
        OPERATIONS.some(operation => canAnswer(each, operation) && !knowledge.denied.has(operation)),
      );
      for (const each of open) expect(covered).toContain(each);
      for (const each of covered) expect(answerable).toContain(each);
    }),
  );
});

test('a denied call is only made where nothing else can answer', () => {
  fc.assert(
    fc.property(anyNeeds, anyKnowledge, (all, knowledge) => {
      for (const { operation, needs } of plan(all, knowledge)) {
        if (!knowledge.denied.has(operation)) continue;
        for (const each of needs) {
          const others = OPERATIONS.filter(other => canAnswer(each, other) && !knowledge.denied.has(other));
          // A list alone is no way to ask for what it may not have.
          expect(others.filter(other => other !== 'ListSecrets')).toEqual([]);
        }
      }
    }),
  );
});

test('a plan is never dearer than to ask in the dearest single way', () => {
  const fresh = anyNeeds.map(all => all.map(each => ({ ...each, excluded: new Set<Operation>() })));
  fc.assert(
    fc.property(fresh, anyKnowledge, (all, knowledge) => {
      const calls = plan(all, knowledge);
      const price = calls.reduce((sum, { operation, needs }) => {
        const listed = knowledge.listed([]) ?? needs.length;
        return sum + priceOf(operation, needs.length, listed);
      }, 0);
      const dearest = priceOf('GetSecretValue', all.length, 0);
      expect(price).toBeLessThanOrEqual(dearest + 1e-12);
    }),
  );
});

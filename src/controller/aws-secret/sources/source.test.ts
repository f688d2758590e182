import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostileText } from '../../../../test/support/hostile.ts';
import { describeSource, type Source, sourceKey, titleOf } from './source.ts';

const text = fc.oneof(hostileText, fc.constantFrom('a', 'b', 'a\nb', '","', '\\', 'a,b', 'a=b'));
const tags = fc.dictionary(text, text, { maxKeys: 2 });
const source: fc.Arbitrary<Source> = fc.oneof(
  fc.record({ kind: fc.constant('Secret' as const), secretId: text, versionStage: text }),
  fc.record({ kind: fc.constant('SecretVersion' as const), secretId: text, versionId: text }),
  fc.record({ kind: fc.constant('Parameter' as const), name: text, selector: text.filter(label => label !== '') }),
  fc.record({ kind: fc.constant('Parameter' as const), name: text }),
  fc.record({ kind: fc.constant('ParameterPath' as const), path: text }),
  fc.record({ kind: fc.constant('Find' as const), namePattern: text, tags }),
);

/** Told without the code under test: the order of tags says nothing. */
function shapeOf(of: Source): unknown {
  return of.kind === 'Find' ? { ...of, tags: new Map(Object.entries(of.tags)) } : of;
}

test('two sources have one key only when they ask for the same', () => {
  fc.assert(
    fc.property(source, source, (one, other) => {
      const isSame = sourceKey(one) === sourceKey(other);
      if (isSame) expect(shapeOf(one)).toEqual(shapeOf(other));
      else expect(shapeOf(one)).not.toEqual(shapeOf(other));
    }),
    { numRuns: 500 },
  );
});

test('the order of tags makes no other source', () => {
  const find = (of: Record<string, string>) => sourceKey({ kind: 'Find', namePattern: '*', tags: of });
  expect(find({ a: '1', b: '2' })).toBe(find({ b: '2', a: '1' }));
});

const told: readonly { readonly of: Source; readonly is: string; readonly stage?: string }[] = [
  { of: { kind: 'Secret', secretId: 'db', versionStage: 'AWSCURRENT' }, is: 'secret "db"', stage: 'AWSCURRENT' },
  { of: { kind: 'Secret', secretId: 'db', versionStage: 'X' }, is: 'secret "db" with stage "X"', stage: 'X' },
  { of: { kind: 'SecretVersion', secretId: 'db', versionId: 'v' }, is: 'secret "db" with version "v"', stage: 'v' },
  { of: { kind: 'Parameter', name: '/p' }, is: 'parameter "/p"' },
  { of: { kind: 'Parameter', name: '/p', selector: '7' }, is: 'parameter "/p" at "7"', stage: '7' },
  { of: { kind: 'ParameterPath', path: '/p' }, is: 'parameters under "/p"' },
  { of: { kind: 'Find', namePattern: 'db/*', tags: {} }, is: 'secrets like "db/*"' },
  {
    of: { kind: 'Find', namePattern: 'db/*', tags: { b: '2', a: '1' } },
    is: 'secrets like "db/*" with tags a=1,b=2',
    stage: 'a=1,b=2',
  },
];

for (const { of, is, stage } of told) {
  test(`in words: ${is}`, () => {
    expect(describeSource(of)).toBe(is);
    expect([titleOf(of).kind, titleOf(of).stage]).toEqual([of.kind, stage]);
  });
}

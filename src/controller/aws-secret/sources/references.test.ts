import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anAwsSecret } from '../../../../test/support/builders.ts';
import { sourceKey, sourceReferences } from './references.ts';

test('a reference that is named often is read once, in the order it is first named', () => {
  const spec = {
    regions: ['eu-west-1'],
    data: [
      { key: 'A', secretId: 's', property: 'a' },
      { key: 'B', secretId: 's', property: 'b' },
      { key: 'C', secretId: 's', versionStage: 'AWSPREVIOUS' },
    ],
    dataFrom: [{ secretId: 't' }, { secretId: 's' }],
  };
  const regions = ['eu-west-1'];
  expect(sourceReferences(anAwsSecret({ spec }))).toEqual([
    { secretId: 's', versionStage: 'AWSCURRENT', regions },
    { secretId: 's', versionStage: 'AWSPREVIOUS', regions },
    { secretId: 't', versionStage: 'AWSCURRENT', regions },
  ]);
});

test('no regions in the spec leave the choice to the operator', () => {
  expect(sourceReferences(anAwsSecret()).map(reference => reference.regions)).toEqual([[]]);
});

test('sourceKey takes AWSCURRENT for what names no stage', () => {
  expect(sourceKey({ secretId: 's' })).toBe(sourceKey({ secretId: 's', versionStage: 'AWSCURRENT' }));
});

test('distinct references have distinct keys: a stage holds no newline', () => {
  const reference = fc.record({
    secretId: fc.string({ maxLength: 3 }),
    versionStage: fc.stringMatching(/^[a-c/_+=.@-]{1,3}$/),
  });
  fc.assert(
    fc.property(reference, reference, (a, b) => {
      const isEqual = a.secretId === b.secretId && a.versionStage === b.versionStage;
      expect(sourceKey(a) === sourceKey(b)).toBe(isEqual);
    }),
  );
});

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

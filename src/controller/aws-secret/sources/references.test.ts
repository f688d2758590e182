import { expect, test } from 'vitest';
import { anAwsSecret } from '../../../../test/support/builders.ts';
import { identityOf, sourcesOf } from './references.ts';
import type { Source } from './source.ts';

type Spec = NonNullable<NonNullable<Parameters<typeof anAwsSecret>[0]>['spec']>;

test('a source that is named often is read once, in the order it is first named', () => {
  const spec = {
    data: [
      { key: 'A', secretId: 's', property: 'a' },
      { key: 'B', secretId: 's', property: 'b' },
      { key: 'C', secretId: 's', versionStage: 'AWSPREVIOUS' },
      { key: 'D', parameter: '/p' },
      { key: 'E', parameter: '/p', encoding: 'Base64' as const },
    ],
    dataFrom: [{ secretId: 't' }, { secretId: 's' }, { secretId: 's', keys: { prefix: 'x' } }],
  };
  expect(sourcesOf(anAwsSecret({ spec }))).toEqual([
    { kind: 'Secret', secretId: 's', versionStage: 'AWSCURRENT' },
    { kind: 'Secret', secretId: 's', versionStage: 'AWSPREVIOUS' },
    { kind: 'Parameter', name: '/p' },
    { kind: 'Secret', secretId: 't', versionStage: 'AWSCURRENT' },
  ]);
});

const VERSION = 'e95cff9b-0f6e-4551-837c-e653cbed2f5f';
const rows: readonly { readonly why: string; readonly spec: Spec; readonly is: Source }[] = [
  {
    why: 'a stage that is named',
    spec: { data: [{ key: 'K', secretId: 's', versionStage: 'X' }] },
    is: { kind: 'Secret', secretId: 's', versionStage: 'X' },
  },
  {
    why: 'a version',
    spec: { data: [{ key: 'K', secretId: 's', versionId: VERSION }] },
    is: { kind: 'SecretVersion', secretId: 's', versionId: VERSION },
  },
  {
    why: 'a parameter by its version',
    spec: { data: [{ key: 'K', parameter: '/p', parameterVersion: 7 }] },
    is: { kind: 'Parameter', name: '/p', selector: '7' },
  },
  {
    why: 'a parameter by its label',
    spec: { data: [{ key: 'K', parameter: '/p', parameterLabel: 'prod' }] },
    is: { kind: 'Parameter', name: '/p', selector: 'prod' },
  },
  { why: 'a path', spec: { dataFrom: [{ parameterPath: '/p/' }] }, is: { kind: 'ParameterPath', path: '/p/' } },
  {
    why: 'a search',
    spec: { dataFrom: [{ find: { namePattern: 'prod/*' } }] },
    is: { kind: 'Find', namePattern: 'prod/*', tags: {} },
  },
  {
    why: 'a search by tags, whatever becomes of what is found',
    spec: { dataFrom: [{ find: { namePattern: '*', tags: { team: 'shop' }, expand: true } }] },
    is: { kind: 'Find', namePattern: '*', tags: { team: 'shop' } },
  },
];

for (const { why, spec, is } of rows) {
  test(`a source is ${why}`, () => expect(sourcesOf(anAwsSecret({ spec }))).toEqual([is]));
}

test('whose permissions: the operator’s own, unless the spec says more', () => {
  expect(identityOf(anAwsSecret())).toEqual({ namespace: 'shop', assumeRoles: [] });
  const roleArn = 'arn:aws:iam::111122223333:role/payments';
  const assumeRoles = [{ roleArn }, { roleArn, externalId: 'shop', sessionTags: { team: 'shop' } }];
  const auth = { serviceAccountName: 'payments', roleArn, assumeRoles };
  expect(identityOf(anAwsSecret({ spec: { auth } }))).toEqual({
    namespace: 'shop',
    serviceAccountName: 'payments',
    roleArn,
    assumeRoles: [
      { roleArn, sessionTags: {} },
      { roleArn, externalId: 'shop', sessionTags: { team: 'shop' } },
    ],
  });
});

import { expect, test } from 'vitest';
import { anAwsSecret } from '../../../../test/support/builders.ts';
import { selected } from '../../../../test/support/selected.ts';
import { compileExpressions } from './expressions.ts';

type Spec = NonNullable<NonNullable<Parameters<typeof anAwsSecret>[0]>['spec']>;

const renaming = (pattern: string, replacement = '') => ({ rename: [{ pattern, replacement }] });

const broken: readonly { readonly why: string; readonly spec: Spec; readonly says: string }[] = [
  {
    why: 'an expression that is none',
    spec: {
      data: [
        { key: 'A', secretId: 's', jmesPath: 'a' },
        { key: 'HOST', secretId: 's', jmesPath: 'endpoints[0' },
      ],
    },
    says: '`jmesPath` of key "HOST" is no JMESPath: it ends too early; jmespath.org tells how it is written',
  },
  {
    why: 'a function that there is not',
    spec: { data: [{ key: 'K', secretId: 's', jmesPath: 'upper(a)' }] },
    says: '`jmesPath` of key "K" is no JMESPath: there is no function `upper`; jmespath.org tells how it is written',
  },
  {
    why: 'a pattern that is none',
    spec: { dataFrom: [{ secretId: 's', keys: renaming('(') }] },
    says: '`keys.rename` cannot be followed: pattern "(" is no regular expression of RE2; github.com/google/re2/wiki/Syntax tells how patterns are written',
  },
  {
    why: 'a group that there is not',
    spec: { dataFrom: [{ secretId: 't' }, { secretId: 's', keys: renaming('a', '$2') }] },
    says: 'pattern "a" has no group "2", which its `replacement` names',
  },
  {
    why: 'patterns that are too large together',
    spec: { dataFrom: Array.from({ length: 30 }, () => ({ secretId: 's', keys: renaming('a{900}') })) },
    says: 'all patterns together ask for too many repetitions',
  },
];

for (const { why, spec, says } of broken) {
  test(`refused, before anything is read: ${why}`, () => {
    const { spec: whole } = anAwsSecret({ spec });
    const refused = compileExpressions(whole);
    const error = { reason: 'InvalidSpec', retry: 'terminal', message: expect.stringContaining(says) };
    expect(refused).toEqual({ ok: false, error });
    expect(selected(spec, {}), 'and where it was read all the same').toEqual(error);
  });
}

test('what is sound is understood', () => {
  const spec: Spec = {
    data: [
      { key: 'A', secretId: 's', jmesPath: 'a.b' },
      { key: 'B', secretId: 's' },
    ],
    dataFrom: [{ secretId: 's' }, { secretId: 's', keys: renaming('^a', '$0') }],
  };
  const compiled = compileExpressions(anAwsSecret({ spec }).spec);
  if (!compiled.ok) throw new Error(compiled.error.message);
  expect([[...compiled.value.paths.keys()], compiled.value.keys.length]).toEqual([['A'], 2]);
});

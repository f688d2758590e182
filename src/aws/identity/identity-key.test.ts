import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Identity } from '../../controller/aws-secret/ports.ts';
import { keyOf } from './identity-key.ts';

/** Few texts, so that parts are equal often, with those that a careless key would mix up. */
const part = fc.constantFrom('a', 'b', 'a,b', 'a"', '","', '[]', 'null', '', '__proto__', '1', '10', '2');
const maybe = <K extends string>(key: K, value: fc.Arbitrary<string>) =>
  fc
    .option(value, { nil: undefined })
    .map(text => (text === undefined ? {} : { [key]: text }) as { [P in K]?: string });
const tags = fc
  .array(fc.tuple(part, part), { maxLength: 3 })
  .map(entries => Object.fromEntries(entries) as Record<string, string>);
const hop = fc
  .tuple(part, maybe('externalId', part), tags)
  .map(([roleArn, externalId, sessionTags]) => ({ roleArn, ...externalId, sessionTags }));
const identity: fc.Arbitrary<Identity> = fc
  .tuple(part, maybe('serviceAccountName', part), maybe('roleArn', part), fc.array(hop, { maxLength: 2 }))
  .map(([namespace, account, role, assumeRoles]) => ({ namespace, ...account, ...role, assumeRoles }));

/** The same tags given in another order. */
const turned = ({ assumeRoles, ...rest }: Identity): Identity => ({
  ...rest,
  assumeRoles: assumeRoles.map(role => ({
    ...role,
    sessionTags: Object.fromEntries(Object.entries(role.sessionTags).reverse()),
  })),
});
const isOperators = ({ serviceAccountName, roleArn, assumeRoles }: Identity): boolean =>
  serviceAccountName === undefined && roleArn === undefined && assumeRoles.length === 0;

test('two keys are equal if and only if the identities are', () => {
  fc.assert(
    fc.property(identity, identity, (one, other) => {
      const isSame = isDeepStrictEqual(one, other) || (isOperators(one) && isOperators(other));
      expect(keyOf(one) === keyOf(other)).toBe(isSame);
    }),
    { numRuns: 20_000 },
  );
});

test('the order in which tags are given is no part of an identity', () => {
  fc.assert(
    fc.property(identity, one => {
      expect(keyOf(turned(one))).toBe(keyOf(one));
    }),
    { numRuns: 2_000 },
  );
});

test('nor where two tags read the same once they are joined', () => {
  const sessionTags = { a: 'b,c', 'a,b': 'c' };
  const one = { namespace: 'shop', assumeRoles: [{ roleArn: 'r', sessionTags }] };
  expect(keyOf(turned(one))).toBe(keyOf(one));
});

const differing: readonly { readonly why: string; readonly one: Identity; readonly other: Identity }[] = [
  {
    why: 'tags that read the same once they are joined',
    one: { namespace: 'shop', assumeRoles: [{ roleArn: 'r', sessionTags: { a: 'b,c' } }] },
    other: { namespace: 'shop', assumeRoles: [{ roleArn: 'r', sessionTags: { 'a,b': 'c' } }] },
  },
  {
    why: 'a role of a ServiceAccount is no hop',
    one: { namespace: 'shop', serviceAccountName: 'a', roleArn: 'r', assumeRoles: [] },
    other: { namespace: 'shop', serviceAccountName: 'a', assumeRoles: [{ roleArn: 'r', sessionTags: {} }] },
  },
  {
    why: 'no external id is not one that is called null',
    one: { namespace: 'shop', assumeRoles: [{ roleArn: 'r', sessionTags: {} }] },
    other: { namespace: 'shop', assumeRoles: [{ roleArn: 'r', externalId: 'null', sessionTags: {} }] },
  },
  {
    why: 'a namespace is a part of every session with tags',
    one: { namespace: 'shop', assumeRoles: [{ roleArn: 'r', sessionTags: {} }] },
    other: { namespace: 'ops', assumeRoles: [{ roleArn: 'r', sessionTags: {} }] },
  },
  {
    why: 'the order of roles is where it leads',
    one: {
      namespace: 'shop',
      assumeRoles: [
        { roleArn: 'r', sessionTags: {} },
        { roleArn: 's', sessionTags: {} },
      ],
    },
    other: {
      namespace: 'shop',
      assumeRoles: [
        { roleArn: 's', sessionTags: {} },
        { roleArn: 'r', sessionTags: {} },
      ],
    },
  },
];

for (const { why, one, other } of differing) {
  test(`keys differ: ${why}`, () => expect(keyOf(one)).not.toBe(keyOf(other)));
}

test('the operator’s own identity is one for all namespaces', () => {
  expect(keyOf({ namespace: 'shop', assumeRoles: [] })).toBe(keyOf({ namespace: 'ops', assumeRoles: [] }));
});

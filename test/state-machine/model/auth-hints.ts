import fc from 'fast-check';
import type { Hint, Hints, Json, JsonObject } from '../schema/json-schema.ts';
import { oneOf, without } from './arbitraries.ts';

const ROLE = 'arn:aws:iam::111122223333:role/payments';

const role: Hint = {
  valid: () => fc.constantFrom(ROLE, 'arn:aws-cn:iam::111122223333:role/path/a+b@c', `${ROLE}${'x'.repeat(2_009)}`),
  breaks: [
    () =>
      fc.constantFrom(
        ...[
          '',
          'payments',
          'arn:aws:iam::1:role/a',
          'arn:aws:iam::111122223333:user/a',
          'arn:aws:iam::111122223333:role/',
        ],
        ...[` ${ROLE}`, `${ROLE} `, `${ROLE}\n`, 'arn:AWS:iam::111122223333:role/a'],
      ),
  ],
};

/** Identities are valid here, and not more: no sequence has one, because nobody answers for them. */
export const authHints: Hints = {
  'spec.auth': {
    valid: auths => auths.map(withoutOrphans),
    breaks: [
      () => fc.constant({ roleArn: ROLE, assumeRoles: [{ roleArn: ROLE }] }),
      () => fc.constantFrom<Json>({}, { assumeRoles: [] }),
    ],
  },
  'spec.auth.serviceAccountName': {
    valid: () => fc.constantFrom('payments', 'a', 'a.b-c', '0', 'x'.repeat(253)),
    breaks: [() => fc.constantFrom('A', 'a_b', '-a', 'a-', '.', 'a/b', 'a\n', 'a b', 'ü')],
  },
  'spec.auth.roleArn': role,
  'spec.auth.assumeRoles[].roleArn': role,
  'spec.auth.assumeRoles[].externalId': {
    valid: () => fc.constantFrom('ab', '+=,.@:/_-aZ09', 'x'.repeat(1_224)),
    breaks: [() => fc.constantFrom('a b', 'ab\n', 'ключ', 'a#b', '""')],
  },
  'spec.auth.assumeRoles[].sessionTags': {
    valid: maps => oneOf([1, fc.constantFrom<Json>({}, { team: 'shop' }, { 'a kubernetes-': '' })], [1, maps]),
    breaks: [
      maps =>
        fc
          .tuple(maps, fc.constantFrom('secrets-operator/namespace', 'Kubernetes-x', 'eks-cluster-arn', 'EKS-'))
          .map(([map, key]) => ({ ...without(map, key), [key]: 'x' })),
    ],
  },
};

/** A role needs a token, and one of both must be there. */
function withoutOrphans(auth: Json): Json {
  const { serviceAccountName, assumeRoles } = auth as JsonObject;
  if (serviceAccountName !== undefined) return auth;
  const isChain = Array.isArray(assumeRoles) && assumeRoles.length > 0;
  return { ...without(auth, 'roleArn'), ...(!isChain && { assumeRoles: [{ roleArn: ROLE }] }) };
}

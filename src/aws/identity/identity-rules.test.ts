import { expect, test } from 'vitest';
import type { Identity } from '../../controller/aws-secret/ports.ts';
import { identityDefect } from './identity-rules.ts';

const ROLE = 'arn:aws:iam::111122223333:role/payments';
const hop = { roleArn: ROLE, sessionTags: {} };

const good: readonly { readonly why: string; readonly identity: Omit<Identity, 'namespace'> }[] = [
  { why: 'the operator’s own', identity: { assumeRoles: [] } },
  { why: 'a ServiceAccount and what its annotation names', identity: { serviceAccountName: 'a', assumeRoles: [] } },
  {
    why: 'everything at once',
    identity: {
      serviceAccountName: 'pay.v2',
      roleArn: ROLE,
      assumeRoles: [{ ...hop, sessionTags: { team: 'x' } }, hop],
    },
  },
  {
    why: 'roles of other partitions and with paths',
    identity: { assumeRoles: [{ roleArn: 'arn:aws-us-gov:iam::111122223333:role/a/b', sessionTags: {} }] },
  },
];

for (const { why, identity } of good) {
  test(`allowed: ${why}`, () => expect(identityDefect({ namespace: 'shop', ...identity })).toBeUndefined());
}

const bad: readonly { readonly why: string; readonly identity: Omit<Identity, 'namespace'>; readonly says: string }[] =
  [
    {
      why: 'a name that leads elsewhere in a URL',
      identity: { serviceAccountName: '..', assumeRoles: [] },
      says: '`auth.serviceAccountName`',
    },
    {
      why: 'a name that says more than one thing in a trust policy',
      identity: { serviceAccountName: 'a:b', assumeRoles: [] },
      says: '`auth.serviceAccountName`',
    },
    {
      why: 'who asks for a role must not read as the operator',
      identity: { roleArn: ROLE, assumeRoles: [] },
      says: '`auth.roleArn` needs `serviceAccountName`',
    },
    { why: 'a chain that is too long', identity: { assumeRoles: [hop, hop, hop] }, says: 'more than 2' },
    {
      why: 'a user',
      identity: { assumeRoles: [{ ...hop, roleArn: 'arn:aws:iam::111122223333:user/a' }] },
      says: 'no ARN',
    },
    {
      why: 'no ARN at all',
      identity: { serviceAccountName: 'a', roleArn: 'payments', assumeRoles: [] },
      says: 'no ARN',
    },
    {
      why: 'a tag that policies trust',
      identity: { assumeRoles: [hop, { ...hop, sessionTags: { 'Secrets-Operator/cluster': 'prod' } }] },
      says: '`sessionTags` must not begin with',
    },
  ];

for (const { why, identity, says } of bad) {
  test(`refused until the spec changes: ${why}`, () => {
    const message = expect.stringContaining(says);
    expect(identityDefect({ namespace: 'shop', ...identity })).toEqual({
      reason: 'InvalidSpec',
      retry: 'terminal',
      message,
    });
  });
}

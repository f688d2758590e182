import { expect, test } from 'vitest';
import type { Identity } from '../../controller/aws-secret/ports.ts';
import type { SyncError } from '../../controller/runtime/error.ts';
import { type Attempt, CredentialsError } from './credentials-error.ts';
import { describeCredentialsFailure } from './failure.ts';

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const own: Identity = { namespace: 'shop', assumeRoles: [] };
const account: Identity = { namespace: 'shop', serviceAccountName: 'payments', assumeRoles: [] };
const hops = [
  { roleArn: role('first'), sessionTags: {} },
  { roleArn: role('second'), externalId: 'correct-horse', sessionTags: {} },
];
const OPERATOR: Attempt = { kind: 'Operator' };
const TOKEN: Attempt = { kind: 'WebIdentity', roleArn: role('payments') };
const hop = (at: number): Attempt => ({ kind: 'AssumeRole', hop: at });

const refused = (name: string, httpStatusCode = 403) =>
  Object.assign(new Error('hunter2'), { name, $metadata: { httpStatusCode } });

const rows: readonly {
  readonly why: string;
  readonly identity: Identity;
  readonly attempt: Attempt;
  readonly cause: unknown;
  readonly reason?: SyncError['reason'];
  readonly retry?: SyncError['retry'];
  readonly says: readonly string[];
}[] = [
  {
    why: 'the operator’s own role',
    identity: own,
    attempt: OPERATOR,
    cause: refused('AccessDenied'),
    says: ["no AWS credentials (AccessDenied); see the operator's role, its trust policy and its ServiceAccount"],
  },
  {
    why: 'the operator’s own, on the way to another',
    identity: { ...own, assumeRoles: hops },
    attempt: OPERATOR,
    cause: Object.assign(new Error('hunter2'), { code: 'ENOENT' }),
    says: ["no AWS credentials (ENOENT); see the operator's role"],
  },
  {
    why: 'STS is away',
    identity: account,
    attempt: TOKEN,
    cause: new Error('connect ECONNREFUSED'),
    reason: 'Unavailable',
    retry: 'transient',
    says: ['no AWS credentials: STS did not answer (NoAnswer)'],
  },
  {
    why: 'STS throttles',
    identity: { ...own, assumeRoles: hops },
    attempt: hop(1),
    cause: refused('Throttling', 400),
    reason: 'Unavailable',
    retry: 'transient',
    says: ['STS did not answer (Throttling)'],
  },
  {
    why: 'STS cannot reach the issuer',
    identity: account,
    attempt: TOKEN,
    cause: refused('IDPCommunicationErrorException', 400),
    reason: 'Unavailable',
    retry: 'transient',
    says: ['STS did not answer (IDPCommunicationErrorException)'],
  },
  {
    why: 'the trust policy of a ServiceAccount’s role, with what it has to ask for',
    identity: account,
    attempt: TOKEN,
    cause: refused('AccessDenied'),
    says: [
      `role ${role('payments')} does not trust ServiceAccount "payments" (AccessDenied)`,
      'sts:AssumeRoleWithWebIdentity',
      'sub is "system:serviceaccount:shop:payments"',
      'aud is "sts.amazonaws.com"',
    ],
  },
  ...['InvalidIdentityTokenException', 'IDPRejectedClaimException'].map(code => ({
    why: 'the issuer is not known there',
    identity: account,
    attempt: TOKEN,
    cause: refused(code, 400),
    says: [code, role('payments'), 'OIDC provider'],
  })),
  {
    why: 'the token was too old when it came',
    identity: account,
    attempt: TOKEN,
    cause: refused('ExpiredTokenException', 400),
    says: [`ServiceAccount "payments" cannot assume role ${role('payments')} (ExpiredTokenException)`],
  },
  {
    why: 'STS is off everywhere',
    identity: account,
    attempt: TOKEN,
    cause: refused('RegionDisabledException'),
    says: ['RegionDisabledException', role('payments'), 'other regions'],
  },
  {
    why: 'the first role, from the operator’s own',
    identity: { ...own, assumeRoles: hops },
    attempt: hop(0),
    cause: refused('AccessDenied'),
    says: [`the operator's own identity may not assume role ${role('first')} (AccessDenied)`, 'sts:TagSession'],
  },
  {
    why: 'the first role, from a ServiceAccount’s',
    identity: { ...account, assumeRoles: hops },
    attempt: hop(0),
    cause: refused('AccessDenied'),
    says: [`the role of ServiceAccount "payments" may not assume role ${role('first')}`],
  },
  {
    why: 'the second role, whose external id is spoken of and not told',
    identity: { ...account, assumeRoles: hops },
    attempt: hop(1),
    cause: refused('AccessDenied'),
    says: [`role ${role('first')} may not assume role ${role('second')}`, 'with this external id'],
  },
  {
    why: 'too many tags',
    identity: { ...own, assumeRoles: hops },
    attempt: hop(1),
    cause: refused('PackedPolicyTooLargeException', 400),
    says: [role('second'), 'PackedPolicyTooLargeException', 'fewer or shorter `sessionTags`'],
  },
  {
    why: 'STS is off everywhere for a role',
    identity: { ...own, assumeRoles: hops },
    attempt: hop(0),
    cause: refused('RegionDisabledException'),
    says: [role('first'), 'other regions'],
  },
  {
    why: 'anything else that STS refuses of a role',
    identity: { ...own, assumeRoles: hops },
    attempt: hop(0),
    cause: refused('ValidationError', 400),
    says: [`the operator's own identity cannot assume role ${role('first')} (ValidationError)`, '`sessionTags`'],
  },
];

for (const row of rows) {
  const { why, identity, attempt, cause, reason = 'CredentialsUnavailable', retry = 'content', says } = row;
  test(`${reason}: ${why} (${says[0]})`, () => {
    const told = describeCredentialsFailure(new CredentialsError(cause, attempt), identity);
    expect(told).toMatchObject({ reason, retry });
    for (const words of says) expect(told.message).toContain(words);
    expect(told.message).not.toMatch(/hunter2|ECONNREFUSED|correct-horse/);
  });
}

test('what another than AWS said is told in its own words', () => {
  const error: SyncError = { reason: 'ServiceAccountTokenRefused', retry: 'content', message: 'apply this Role' };
  const failure = new CredentialsError(undefined, { kind: 'Refused', error });
  expect(describeCredentialsFailure(failure, account)).toEqual(error);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { refuserOf, silentWebhook } from './refuser.ts';

/** As a real API server of 1.34 words them. */
const rows = [
  {
    why: 'a quota',
    message:
      'secrets "db" is forbidden: exceeded quota: team-a, requested: count/secrets=1, used: count/secrets=3, limited: count/secrets=3',
    is: 'ResourceQuota "team-a"',
  },
  {
    why: 'a policy, which may quote whatever it likes',
    message: `secrets "db" is forbidden: ValidatingAdmissionPolicy 'no-secrets' with binding 'all' denied request: hunter2`,
    is: 'ValidatingAdmissionPolicy "no-secrets"',
  },
  {
    why: 'a policy about a resource with a group',
    message: `deployments.apps "web" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no`,
    is: 'ValidatingAdmissionPolicy "p"',
  },
  {
    why: 'a webhook, which may quote whatever it likes',
    message: 'admission webhook "gate.example.com" denied the request: hunter2',
    is: 'admission webhook "gate.example.com"',
  },
  {
    why: 'a webhook that explains nothing',
    message: 'admission webhook "gate.example.com" denied the request without explanation',
    is: 'admission webhook "gate.example.com"',
  },
  {
    why: 'RBAC has no name',
    message: 'secrets "db" is forbidden: User "system:serviceaccount:ops:so" cannot patch resource "secrets"',
    is: undefined,
  },
  {
    why: 'a namespace that is being deleted',
    message: 'secrets "db" is forbidden: unable to create new content in namespace shop because it is being terminated',
    is: undefined,
  },
  {
    why: 'a webhook that speaks as if it were a quota is still that webhook',
    message:
      'admission webhook "w" denied the request: secrets "db" is forbidden: exceeded quota: hunter2, requested: x',
    is: 'admission webhook "w"',
  },
  {
    why: 'the words of a quota, but not at the beginning',
    message: 'no: secrets "db" is forbidden: exceeded quota: hunter2, requested: x',
    is: undefined,
  },
  { why: 'a name that no object can have', message: 'admission webhook "Hunter 2" denied the request', is: undefined },
  { why: 'no message', message: undefined, is: undefined },
  { why: 'a message that is no text', message: { a: 'admission webhook "w" denied the request' }, is: undefined },
];

for (const { why, message, is } of rows) {
  test(`${is}: ${why}`, () => expect(refuserOf(message)).toBe(is));
}

test('what a quota, a policy or a webhook says itself never comes out', () => {
  const beginnings = [
    'admission webhook "w" denied the request: ',
    'secrets "db" is forbidden: exceeded quota: q, requested: ',
    `secrets "db" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: `,
  ];
  fc.assert(
    fc.property(fc.constantFrom(...beginnings), fc.string(), (beginning, says) => {
      expect(refuserOf(beginning + says)).toBe(refuserOf(beginning));
    }),
  );
});

const silent = [
  {
    why: 'a webhook that is away',
    message:
      'Internal error occurred: failed calling webhook "gate.example.com": failed to call webhook: Post "https://gate:443/?timeout=5s": dial tcp 127.0.0.1:443: connect: connection refused',
    is: 'admission webhook "gate.example.com"',
  },
  { why: 'another error', message: 'Internal error occurred: no', is: undefined },
  {
    why: 'the words of a webhook',
    message: 'admission webhook "w" denied the request: Internal error occurred: failed calling webhook "hunter2": no',
    is: undefined,
  },
  { why: 'no message', message: undefined, is: undefined },
];

for (const { why, message, is } of silent) {
  test(`did not answer: ${is}: ${why}`, () => expect(silentWebhook(message)).toBe(is));
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { damaged, hostileJson, hostileText } from '../../test/support/hostile.ts';
import { kubeError, syncError } from './error.ts';

const CANARY = 'hunter2';
const sound = {
  ...{ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 422, reason: 'Invalid', message: CANARY },
  details: {
    ...{ name: CANARY, kind: CANARY, retryAfterSeconds: 1 },
    causes: [
      { reason: 'FieldValueInvalid', field: `data[${CANARY}]`, message: CANARY },
      { reason: CANARY, field: CANARY, message: CANARY },
      { reason: 'FieldValueForbidden', field: 'metadata.labels', message: CANARY },
    ],
  },
};
/** What stands before the words of a quota, a policy or a webhook. */
const refusals = fc
  .constantFrom(
    'admission webhook "guard.example.org" denied the request',
    'secrets "db" is forbidden: exceeded quota: team, requested',
    `secrets "db" is forbidden: ValidatingAdmissionPolicy 'guard' with binding 'all' denied request`,
  )
  .map(message => ({ ...sound, message: `${message}: ${CANARY}` }));
const body = fc.oneof(damaged(sound), hostileJson, refusals, fc.constant(undefined));
const status = fc.oneof(fc.constantFrom(0, 400, 401, 403, 404, 409, 413, 422, 429, 500, 503), fc.nat(599));
const retryAfter = fc.oneof(fc.constantFrom('0', '3', '-1', '1e400', 'Infinity'), hostileText);

test('of whatever a server says, what is told is made of words that are known, and a pause is a number', () => {
  fc.assert(
    fc.property(body, status, fc.option(retryAfter, { nil: undefined }), (body, status, retryAfter) => {
      const found = kubeError(status, body, retryAfter);
      for (const word of [...found.fields, ...found.causes]) expect(word).toMatch(/^[A-Za-z.]{1,64}$/);
      expect(found.reason).toMatch(/^([A-Z][A-Za-z]+|HTTP \d+)$/);
      expect(found.retryAfterMs ?? 0).toBeGreaterThanOrEqual(0);
      const { error } = syncError(found, 'create secrets in namespace shop') as { readonly error: { message: string } };
      expect(error.message).not.toContain(CANARY);
      expect(error.message.length).toBeLessThan(400);
      expect(error.message).toContain('create secrets in namespace shop');
    }),
    {
      numRuns: 500,
      examples: [
        [{ details: { causes: [{ field: { toString: 1, valueOf: 1 }, reason: { toString: null } }] } }, 422, '1'],
      ],
    },
  );
});

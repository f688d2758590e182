import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kubeError, syncError } from './error.ts';

const ACTION = 'create secrets in namespace shop';

interface Row {
  readonly why: string;
  readonly status: number;
  readonly body: unknown;
  readonly reason: string;
  readonly retry: string;
}

const rows: readonly Row[] = [
  { why: 'somebody else wrote', status: 409, body: { reason: 'Conflict' }, reason: 'Progressing', retry: 'conflict' },
  { why: 'it is gone', status: 404, body: { reason: 'NotFound' }, reason: 'Progressing', retry: 'conflict' },
  { why: 'RBAC', status: 403, body: { reason: 'Forbidden' }, reason: 'WriteRefused', retry: 'content' },
  {
    why: 'the namespace is being deleted, which comes as a 403 too',
    status: 403,
    body: {
      reason: 'Forbidden',
      details: { causes: [{ reason: 'NamespaceTerminating', field: 'metadata.namespace' }] },
    },
    reason: 'NamespaceTerminating',
    retry: 'content',
  },
  {
    why: 'a token that the server does not know',
    status: 401,
    body: { reason: 'Unauthorized' },
    reason: 'WriteRefused',
    retry: 'content',
  },
  { why: 'refused as invalid', status: 422, body: { reason: 'Invalid' }, reason: 'WriteRefused', retry: 'content' },
  { why: 'refused by a policy', status: 400, body: { reason: 'BadRequest' }, reason: 'WriteRefused', retry: 'content' },
  ...[401, 404, 409, 413, 422, 429, 500].map(status => ({
    why: 'a webhook that chose this status: nothing is gone, and nobody else wrote',
    status,
    body: { reason: 'AlreadyExists', message: 'admission webhook "w.example.com" denied the request: no' },
    reason: 'WriteRefused',
    retry: 'content',
  })),
  { why: 'too large', status: 413, body: undefined, reason: 'WriteRefused', retry: 'content' },
  ...[
    'etcdserver: request is too large',
    'rpc error: code = ResourceExhausted desc = trying to send message larger than max (2400000 vs. 2097152)',
  ].map(message => ({
    why: `larger than etcd takes: ${message.slice(0, 30)}`,
    status: 500,
    body: { message },
    reason: 'WriteRefused',
    retry: 'content',
  })),
  {
    why: 'too many requests',
    status: 429,
    body: { reason: 'TooManyRequests' },
    reason: 'ApiServerUnavailable',
    retry: 'transient',
  },
  { why: 'a timeout', status: 408, body: undefined, reason: 'ApiServerUnavailable', retry: 'transient' },
  {
    why: 'a server error',
    status: 500,
    body: { reason: 'InternalError' },
    reason: 'ApiServerUnavailable',
    retry: 'transient',
  },
  { why: 'a proxy that speaks HTML', status: 502, body: '<html>', reason: 'ApiServerUnavailable', retry: 'transient' },
  { why: 'no answer', status: 0, body: undefined, reason: 'ApiServerUnavailable', retry: 'transient' },
];

for (const { why, status, body, reason, retry } of rows) {
  test(`${status} → ${reason}, ${retry}: ${why}`, () => {
    const result = syncError(kubeError(status, body, undefined), ACTION);
    expect(result).toMatchObject({ ok: false, error: { reason, retry } });
    expect(!result.ok && result.error.message).toContain(ACTION);
  });
}

function message(body: unknown, status = 422): string {
  const result = syncError(kubeError(status, body, undefined), ACTION);
  return result.ok ? '' : result.error.message;
}

test('a 422 names the fields that were refused', () => {
  const paths = ['data[a.b]', 'type', 'data[c]', '', 'metadata.labels', 'metadata.labels[x]', 'metadata.namespace'];
  const causes = [...paths.map(field => ({ reason: 'FieldValueInvalid', field })), {}, null];
  expect(message({ reason: 'Invalid', details: { causes } })).toContain('of data, type, metadata.labels, metadata');
});

test('who did not answer is told by name where it was not the API server itself', () => {
  const words = 'Internal error occurred: failed calling webhook "gate.example.com": dial tcp: hunter2';
  const told = message({ reason: 'InternalError', message: words }, 500);
  expect(told).toBe(`could not ${ACTION}: admission webhook "gate.example.com" did not answer (InternalError)`);
});

const SECRET = 'hunter2 is too weak';
const quoting = [
  { why: 'the message of a 422 quotes the value', body: { reason: 'Invalid', message: SECRET } },
  {
    why: 'the message of a cause quotes the value',
    body: { reason: 'Invalid', details: { causes: [{ field: 'data[a]', message: SECRET }] } },
  },
  {
    why: 'the name in the details quotes the value',
    body: { reason: 'Invalid', details: { name: SECRET, kind: SECRET } },
  },
  // A webhook's own `reason` and `details` reach us as they are: apiserver, pkg/admission/plugin/webhook/errors.
  { why: 'an admission webhook writes its sentence into `reason`', body: { reason: SECRET } },
  {
    why: 'an admission webhook writes its sentence into the field of a cause',
    body: { reason: 'Invalid', details: { causes: [{ field: SECRET }] } },
  },
  { why: 'its `reason` is the value, which has the form of a word', body: { reason: 'hunter' } },
  ...['hunter', 'data[hunter]', 'data.hunter', 'datahunter', 'metadata.hunter', 'metadata.labelshunter'].map(field => ({
    why: `the field ${field} has the form of a path`,
    body: { reason: 'Invalid', details: { causes: [{ reason: 'hunter', field }] } },
  })),
];

for (const { why, body } of quoting) {
  for (const status of [400, 403, 422, 500]) {
    test(`no value gets into the message of a ${status}: ${why}`, () => {
      expect(message(body, status)).not.toContain('hunter');
    });
  }
}

test('the message is the same for the same refusal: a differing one would rewrite the status', () => {
  const body = { reason: 'Invalid', message: 'request 1', metadata: { uid: '1' } };
  expect(message(body)).toBe(message({ ...body, message: 'request 2', metadata: { uid: '2' } }));
});

const retryAfter = [
  { why: 'seconds', header: '3', ms: 3_000 },
  { why: 'none', header: undefined, ms: undefined },
  { why: 'a date, which the API server never sends', header: 'Wed, 21 Oct 2030 07:28:00 GMT', ms: undefined },
  { why: 'a negative number', header: '-1', ms: undefined },
];

for (const { why, header, ms } of retryAfter) {
  test(`Retry-After: ${why}`, () => expect(kubeError(429, undefined, header).retryAfterMs).toBe(ms));
}

test('no body makes it throw', () => {
  fc.assert(
    fc.property(fc.anything(), fc.nat(599), (body, status) => {
      const { reason, fields, causes } = kubeError(status, body, undefined);
      for (const text of [reason, ...fields, ...causes]) expect(typeof text).toBe('string');
    }),
  );
});

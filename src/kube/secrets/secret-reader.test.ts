import { expect, test } from 'vitest';
import { aSecret } from '../../../test/support/builders.ts';
import { type Answer, answered, fakeTransport, refused } from '../../../test/support/fake-transport.ts';
import { METADATA_ONLY } from '../resource.ts';
import { createSecretReader } from './secret-reader.ts';

const NAME = { namespace: 'shop', name: 'payments' };
const rows: readonly { readonly why: string; readonly answer: Answer; readonly is: object }[] = [
  { why: 'there is one', answer: answered({ metadata: aSecret() }), is: { ok: true, value: aSecret() } },
  { why: 'there is none', answer: refused(404, 'NotFound'), is: { ok: true, value: undefined } },
  {
    why: 'no answer: it may be there',
    answer: refused(0, 'NoAnswer'),
    is: { ok: false, error: { retry: 'transient', message: expect.stringContaining('shop/payments') } },
  },
];
test.each(rows)('$why', async ({ answer, is }) => {
  const { transport, calls } = fakeTransport(answer);
  expect(await createSecretReader(transport).secretMetadata(NAME)).toMatchObject(is);
  const path = '/api/v1/namespaces/shop/secrets/payments';
  expect(calls, 'no value is asked for').toEqual([{ method: 'GET', path, accept: METADATA_ONLY }]);
});

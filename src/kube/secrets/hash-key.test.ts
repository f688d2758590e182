import { expect, test } from 'vitest';
import { answered, fakeTransport, refused } from '../../../test/support/fake-transport.ts';
import { findHashKey, loadHashKey } from './hash-key.ts';

const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');
const KEY = Buffer.alloc(32, 7);
const stored = answered({ data: { key: base64(KEY), id: base64('0a0b0c0d') } });
const found = { ok: true, value: { id: '0a0b0c0d', key: KEY } };
const [absent, taken, forbidden] = [refused(404, 'NotFound'), refused(409, 'AlreadyExists'), refused(403, 'Forbidden')];
const randomBytes = (length: number): Buffer => Buffer.alloc(length, length === 32 ? 7 : 10);
const made = { data: { key: base64(KEY), id: base64('0a0a0a0a') } };

const loads = [
  { why: 'the key that is there', answers: [stored], methods: ['GET'], is: found },
  {
    why: 'a new one where there is none',
    answers: [absent, answered(made)],
    methods: ['GET', 'POST'],
    is: { ok: true, value: { id: '0a0a0a0a', key: KEY } },
  },
  {
    why: 'that of another who was first',
    answers: [absent, taken, stored],
    methods: ['GET', 'POST', 'GET'],
    is: found,
  },
  {
    why: 'none, where it went as soon as it came: the next try makes one',
    answers: [absent, taken, absent],
    methods: ['GET', 'POST', 'GET'],
    is: { ok: false, error: { retry: 'conflict' } },
  },
  {
    why: 'none without an answer: a second key would make every hash incomparable',
    answers: [refused(0, 'NoAnswer')],
    methods: ['GET'],
    is: { ok: false, error: { retry: 'transient', message: expect.stringContaining('ops/secrets-operator-key') } },
  },
  {
    why: 'none without the right to make one',
    answers: [absent, forbidden],
    methods: ['GET', 'POST'],
    is: { ok: false, error: { message: expect.stringContaining('create secrets in namespace ops') } },
  },
] as const;

for (const { why, answers, methods, is } of loads) {
  test(`loads ${why}`, async () => {
    const { transport, calls } = fakeTransport(...answers);
    expect(await loadHashKey(transport, 'ops', randomBytes)).toMatchObject(is);
    expect(calls.map(call => call.method)).toEqual(methods);
  });
}

test('the key that it makes cannot be changed: another would make every hash incomparable', async () => {
  const { transport, calls } = fakeTransport(absent, answered(made));
  await loadHashKey(transport, 'ops', randomBytes);
  expect(calls[1]?.body).toMatchObject({ metadata: { name: 'secrets-operator-key' }, immutable: true, ...made });
});

test('looking for the key makes none', async () => {
  const { transport, calls } = fakeTransport(absent);
  expect(await findHashKey(transport, 'ops')).toEqual({ ok: true, value: undefined });
  expect(calls.map(call => call.method)).toEqual(['GET']);
});

const broken = [
  { why: 'no data', data: undefined },
  { why: 'a short key', data: { key: base64('short'), id: base64('0a0b0c0d') } },
  { why: 'an id that is none', data: { key: base64(KEY), id: base64('x') } },
  { why: 'no id', data: { key: base64(KEY) } },
];

for (const { why, data } of broken) {
  test(`a Secret that holds no key is refused with the way out: ${why}`, async () => {
    const { transport } = fakeTransport(answered({ data }));
    expect(await findHashKey(transport, 'ops')).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('delete it') },
    });
  });
}

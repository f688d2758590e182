import { expect, test } from 'vitest';
import { anAwsSecret } from '../../../../test/support/builders.ts';
import { heldKeys, refuseLoss } from './held-keys.ts';

const bytes = (values: Readonly<Record<string, string>>): ReadonlyMap<string, Uint8Array> =>
  new Map(Object.entries(values).map(([key, text]) => [key, Buffer.from(text)]));

const whole = { data: [{ key: 'K', secretId: 'prod/db' }] };
const property = { data: [{ key: 'K', secretId: 'prod/db', property: 'p' }] };

const rows = [
  { why: 'nothing changes', spec: whole, before: { K: 'x' }, now: { K: 'x' }, gives: 'ok' },
  { why: 'a value changes', spec: whole, before: { K: 'x' }, now: { K: 'y' }, gives: 'ok' },
  { why: 'a whole source turns empty', spec: whole, before: { K: 'x' }, now: { K: '' }, gives: 'SourceEmpty' },
  { why: 'it was empty before', spec: whole, before: { K: '' }, now: { K: '' }, gives: 'ok' },
  {
    why: 'a property may be empty: the source is not',
    spec: property,
    before: { K: 'x' },
    now: { K: '' },
    gives: 'ok',
  },
  { why: 'a key goes that nobody names', spec: property, before: { K: 'x', L: 'y' }, now: { K: 'x' }, gives: 'ok' },
  {
    why: 'a key goes that a pod cannot start without',
    spec: property,
    before: { K: 'x', NEEDED: 'y' },
    now: { K: 'x' },
    gives: 'ConsumerKeyMissing',
  },
  { why: 'a key comes', spec: property, before: { K: 'x' }, now: { K: 'x', NEEDED: 'y' }, gives: 'ok' },
  {
    why: 'a key that was not there either is not lost',
    spec: property,
    before: { K: 'x' },
    now: { K: 'y' },
    gives: 'ok',
  },
];

test.each(rows)('$why: $gives', ({ spec, before, now, gives }) => {
  const required = new Map([['NEEDED', 'Deployment app']]);
  const answer = refuseLoss(anAwsSecret({ spec }), heldKeys(bytes(before)), bytes(now), required);
  expect(answer.ok ? 'ok' : answer.error.reason).toBe(gives);
  if (answer.ok) return;
  expect(answer.error.retry).toBe('content');
  expect(answer.error.message).toMatch(gives === 'SourceEmpty' ? /"prod\/db".*"K"/ : /"NEEDED".*Deployment app/);
});

test('of values only the names are remembered', () => {
  expect(JSON.stringify(heldKeys(bytes({ a: 'hunter2', b: '' })))).toBe('{"all":["a","b"],"empty":["b"]}');
});

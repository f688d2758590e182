import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anAwsSecret, aSource, textOf } from '../../../../test/support/builders.ts';
import { type SourceValues, selectValues } from './select.ts';
import { sourceKey } from './source.ts';

type Spec = NonNullable<NonNullable<Parameters<typeof anAwsSecret>[0]>['spec']>;

/** Values by secret id in stage AWSCURRENT; undefined for one that AWS does not have. */
function bytes(sources: Readonly<Record<string, string | undefined>>): SourceValues {
  const items = (name: string, text: string | undefined) =>
    text === undefined ? undefined : [{ name, bytes: new TextEncoder().encode(text) }];
  return new Map(Object.entries(sources).map(([id, text]) => [sourceKey(aSource(id).source), items(id, text)]));
}

interface Row {
  readonly why: string;
  readonly spec: Spec;
  readonly sources: Readonly<Record<string, string | undefined>>;
  readonly gives: Readonly<Record<string, string>>;
}

const db = '{"user":"u","pass":"p"}';
const selected: readonly Row[] = [
  {
    why: 'dataFrom gives every property',
    spec: { dataFrom: [{ secretId: 's' }] },
    sources: { s: db },
    gives: { user: 'u', pass: 'p' },
  },
  {
    why: 'several dataFrom entries add up',
    spec: { dataFrom: [{ secretId: 's' }, { secretId: 't' }] },
    sources: { s: '{"a":"1"}', t: '{"b":"2"}' },
    gives: { a: '1', b: '2' },
  },
  {
    why: 'data without property takes the whole value, whatever it is',
    spec: { data: [{ key: 'K', secretId: 's' }] },
    sources: { s: '{not json' },
    gives: { K: '{not json' },
  },
  {
    why: 'an empty value is a value',
    spec: { data: [{ key: 'K', secretId: 's' }] },
    sources: { s: '' },
    gives: { K: '' },
  },
  {
    why: 'data with property takes that property',
    spec: { data: [{ key: 'K', secretId: 's', property: 'pass' }] },
    sources: { s: db },
    gives: { K: 'p' },
  },
  {
    why: 'a property is taken literally, not as a path',
    spec: { data: [{ key: 'K', secretId: 's', property: 'a.b' }] },
    sources: { s: '{"a":{"b":"no"},"a.b":"yes"}' },
    gives: { K: 'yes' },
  },
  {
    why: 'a property may be empty',
    spec: { data: [{ key: 'K', secretId: 's', property: 'a' }] },
    sources: { s: '{"a":""}' },
    gives: { K: '' },
  },
  {
    why: 'data wins over dataFrom',
    spec: { data: [{ key: 'user', secretId: 's', property: 'pass' }], dataFrom: [{ secretId: 's' }] },
    sources: { s: db },
    gives: { user: 'p', pass: 'p' },
  },
  {
    why: 'a key that data names settles a meeting of two dataFrom entries',
    spec: { data: [{ key: 'a', secretId: 't', property: 'a' }], dataFrom: [{ secretId: 's' }, { secretId: 't' }] },
    sources: { s: '{"a":"1"}', t: '{"a":"2"}' },
    gives: { a: '2' },
  },
  {
    why: 'an optional secret that AWS does not have leaves its key out',
    spec: {
      data: [
        { key: 'K', secretId: 's', optional: true },
        { key: 'L', secretId: 't' },
      ],
    },
    sources: { s: undefined, t: 'x' },
    gives: { L: 'x' },
  },
  {
    why: 'an optional property that is not there leaves its key out',
    spec: { data: [{ key: 'K', secretId: 's', property: 'x', optional: true }] },
    sources: { s: db },
    gives: {},
  },
  {
    why: 'an optional key that is not there does not let the key of a dataFrom entry through: data names it',
    spec: { data: [{ key: 'user', secretId: 's', property: 'x', optional: true }], dataFrom: [{ secretId: 's' }] },
    sources: { s: db },
    gives: { pass: 'p' },
  },
  {
    why: 'a property named like a built-in one is not there unless it is',
    spec: { data: [{ key: 'K', secretId: 's', property: 'constructor', optional: true }] },
    sources: { s: '{}' },
    gives: {},
  },
];

for (const { why, spec, sources, gives } of selected) {
  test(`selects: ${why}`, () => {
    const values = selectValues(anAwsSecret({ spec }), bytes(sources));
    expect(values.ok && textOf(values.value)).toEqual(gives);
  });
}

test('each stage of one secret is a source of its own', () => {
  const data = ['AWSCURRENT', 'AWSPREVIOUS'].map(stage => ({ key: stage, secretId: 's', versionStage: stage }));
  const sources = data.map(({ key }) => {
    const items = [{ name: 's', bytes: Buffer.from(`of ${key}`) }];
    return [sourceKey(aSource('s', 'v1', key).source), items] as const;
  });
  const values = selectValues(anAwsSecret({ spec: { data } }), new Map(sources));
  expect(values.ok && textOf(values.value)).toEqual({ AWSCURRENT: 'of AWSCURRENT', AWSPREVIOUS: 'of AWSPREVIOUS' });
});

const refused = [
  {
    why: 'two dataFrom entries with one key: both are named, and the way out',
    spec: { dataFrom: [{ secretId: 's' }, { secretId: 't' }] },
    sources: { s: '{"a":"hunter2"}', t: '{"a":"hunter2"}' },
    reason: 'DuplicateKey',
    names: ['"a"', '"s"', '"t"', '`data`'],
  },
  {
    why: 'one secret named twice',
    spec: { dataFrom: [{ secretId: 's' }, { secretId: 's' }] },
    sources: { s: '{"a":"hunter2"}' },
    reason: 'DuplicateKey',
    names: ['"a"', '"s"'],
  },
  {
    why: 'dataFrom of text',
    spec: { dataFrom: [{ secretId: 's' }] },
    sources: { s: 'hunter2' },
    reason: 'NotJson',
    names: ['"s"', '`data`'],
  },
  {
    why: 'dataFrom of a list',
    spec: { dataFrom: [{ secretId: 's' }] },
    sources: { s: '["hunter2"]' },
    reason: 'NotJson',
    names: ['"s"'],
  },
  {
    why: 'dataFrom of an object without properties: it would empty a Secret that pods rely on',
    spec: { dataFrom: [{ secretId: 's' }] },
    sources: { s: '{}' },
    reason: 'EmptyValue',
    names: ['"s"', '`dataFrom`'],
  },
  {
    why: 'a property of text',
    spec: { data: [{ key: 'K', secretId: 's', property: 'x' }] },
    sources: { s: 'hunter2' },
    reason: 'NotJson',
    names: ['"s"'],
  },
  {
    why: 'a property that is not there',
    spec: { data: [{ key: 'K', secretId: 's', property: 'x' }] },
    sources: { s: '{"y":"hunter2"}' },
    reason: 'PropertyNotFound',
    names: ['"s"', '"x"', '"K"', '`optional: true`'],
  },
] as const;

for (const { why, spec, sources, reason, names } of refused) {
  test(`refuses: ${why}`, () => {
    const values = selectValues(anAwsSecret({ spec: spec as unknown as Spec }), bytes(sources));
    if (values.ok) throw new Error('nothing was refused');
    expect(values.error).toMatchObject({ reason, retry: 'content' });
    for (const name of names) expect(values.error.message).toContain(name);
    expect(values.error.message).not.toContain('hunter2');
  });
}

test('no error message quotes a value, whatever the sources hold', () => {
  const value = fc.oneof(fc.constant('hunter2'), fc.constant('["hunter2"]'), fc.constant('{"hunter1":"hunter2"}'));
  const spec: Spec = {
    dataFrom: [{ secretId: 's' }, { secretId: 't' }],
    data: [{ key: 'K', secretId: 'u', property: 'p' }],
  };
  fc.assert(
    fc.property(value, value, value, (s, t, u) => {
      const values = selectValues(anAwsSecret({ spec }), bytes({ s, t, u }));
      expect(values.ok ? '' : values.error.message).not.toContain('hunter2');
    }),
  );
});

const keys = [
  { key: 'a', isGood: true, why: 'one letter' },
  { key: '-._aZ0', isGood: true, why: 'every kind of character' },
  { key: '.dockerconfigjson', isGood: true, why: 'one leading dot' },
  { key: 'a..b', isGood: true, why: 'dots within' },
  { key: '__proto__', isGood: true, why: 'Kubernetes allows it' },
  { key: 'x'.repeat(253), isGood: true, why: 'the longest' },
  { key: 'x'.repeat(254), isGood: false, why: 'one character too long' },
  { key: '', isGood: false, why: 'empty' },
  { key: '.', isGood: false, why: 'a directory' },
  { key: '..', isGood: false, why: 'the parent directory' },
  { key: '..data', isGood: false, why: 'the kubelet’s own link in volumes' },
  { key: 'a/b', isGood: false, why: 'a slash would leave the volume' },
  { key: 'a b', isGood: false, why: 'a blank' },
  { key: 'a\n', isGood: false, why: 'a line break at the end' },
  { key: 'ä', isGood: false, why: 'not ASCII' },
];

for (const { key, isGood, why } of keys) {
  test(`property ${JSON.stringify(key.slice(0, 20))} is ${isGood ? 'taken' : 'refused'} as a key: ${why}`, () => {
    const awsSecret = anAwsSecret({ spec: { dataFrom: [{ secretId: 's' }] } });
    const values = selectValues(awsSecret, bytes({ s: `{${JSON.stringify(key)}:"hunter2"}` }));
    expect(values.ok).toBe(isGood);
    if (values.ok) return;
    expect(values.error).toMatchObject({ reason: 'InvalidKey', retry: 'content' });
    expect(values.error.message).toContain(JSON.stringify(key));
    expect(values.error.message).toContain('secret "s"');
    expect(values.error.message).not.toContain('hunter2');
  });
}

import { expect, test } from 'vitest';
import { anAwsSecret } from '../../../../test/support/builders.ts';
import { selected } from '../../../../test/support/selected.ts';
import { selectValues } from './select.ts';
import { sourceKey } from './source.ts';

/** Each with exactly one outcome for each way of asking; docs/concepts.md, "What becomes of a value", shows it to users. */
const rows: readonly {
  readonly what: string;
  readonly value: string | Uint8Array;
  /** By `property: a`, by `jmesPath: a`, and as key `a` of `dataFrom`. */
  readonly property: string;
  readonly jmesPath: string;
  readonly dataFrom: string;
}[] = [
  {
    what: 'a number',
    value: '{"a": 12345678901234567890.10}',
    property: '12345678901234567890.10',
    jmesPath: '12345678901234567890.10',
    dataFrom: '12345678901234567890.10',
  },
  {
    what: 'null',
    value: '{"a": null}',
    property: 'null',
    jmesPath: '! PropertyNotFound',
    dataFrom: 'null',
  },
  {
    what: 'an object or list',
    value: '{"a": { "b" : [ 1.0 ] }}',
    property: '{"b":[1.0]}',
    jmesPath: '{"b":[1.0]}',
    dataFrom: '{"b":[1.0]}',
  },
  {
    what: 'a name that is there twice',
    value: '{"a": 1, "a": 2}',
    property: '2',
    jmesPath: '2',
    dataFrom: '2',
  },
  {
    what: 'U+0000, written as JSON demands',
    value: String.raw`{"a": "x\u0000"}`,
    property: 'x\0',
    jmesPath: 'x\0',
    dataFrom: 'x\0',
  },
  {
    what: 'a byte 0, which JSON does not allow',
    value: '{"a": "x\0"}',
    property: '! NotJson',
    jmesPath: '! NotJson',
    dataFrom: '! NotJson',
  },
  {
    what: 'bytes that are no UTF-8',
    value: Buffer.from([...Buffer.from('{"a": "'), 0xff, ...Buffer.from('"}')]),
    property: '! NotJson',
    jmesPath: '! NotJson',
    dataFrom: '! NotJson',
  },
  {
    what: 'half a character',
    value: String.raw`{"a": "\ud800"}`,
    property: '! NotJson',
    jmesPath: '! NotJson',
    dataFrom: '! NotJson',
  },
  {
    what: 'a byte order mark',
    value: '\ufeff{"a": "x"}',
    property: 'x',
    jmesPath: 'x',
    dataFrom: 'x',
  },
  {
    what: 'nothing',
    value: '',
    property: '! NotJson',
    jmesPath: '! NotJson',
    dataFrom: '! NotJson',
  },
  {
    what: 'an object without properties',
    value: '{}',
    property: '! PropertyNotFound',
    jmesPath: '! PropertyNotFound',
    dataFrom: '! EmptyValue',
  },
];

const ways = {
  property: { data: [{ key: 'a', secretId: 's', property: 'a' }] },
  jmesPath: { data: [{ key: 'a', secretId: 's', jmesPath: 'a' }] },
  dataFrom: { dataFrom: [{ secretId: 's' }] },
} as const;

for (const { what, value, ...outcomes } of rows) {
  for (const way of ['property', 'jmesPath', 'dataFrom'] as const) {
    test(`${what}, by ${way}, is ${JSON.stringify(outcomes[way])}`, () => {
      const found = selected(structuredClone(ways[way]) as never, { s: value });
      expect('reason' in found ? `! ${found.reason}` : found['a']).toBe(outcomes[way]);
    });
  }
}

for (const { what, value } of rows) {
  test(`${what}, without either, is taken byte for byte`, () => {
    const source = { kind: 'Secret', secretId: 's', versionStage: 'AWSCURRENT' } as const;
    const items = [{ name: 's', bytes: Buffer.from(value) }];
    const awsSecret = anAwsSecret({ spec: { data: [{ key: 'a', secretId: 's' }] } });
    const values = selectValues(awsSecret, new Map([[sourceKey(source), items]]));
    expect(values.ok && Buffer.from(values.value.get('a') ?? [])).toEqual(Buffer.from(value));
  });
}

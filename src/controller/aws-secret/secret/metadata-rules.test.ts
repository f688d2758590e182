import { expect, test } from 'vitest';
import { refuseMetadata } from './metadata-rules.ts';

const LONG = 'x'.repeat(63);
const PREFIX = `${'p'.repeat(249)}.com`;

// kubernetes/kubernetes, staging/src/k8s.io/apimachinery/pkg/util/validation, IsQualifiedName and IsValidLabelValue.
const rows: readonly {
  readonly why: string;
  readonly key: string;
  readonly is: readonly ('label' | 'annotation')[];
}[] = [
  { why: 'a word', key: 'team', is: ['label', 'annotation'] },
  { why: 'all that may stand in between', key: 'a-b_c.D', is: ['label', 'annotation'] },
  { why: 'a prefix', key: 'example.com/team', is: ['label', 'annotation'] },
  { why: 'the longest there are', key: `${PREFIX}/${LONG}`, is: ['label', 'annotation'] },
  { why: 'a prefix in capitals', key: 'Example.COM/team', is: ['annotation'] },
  { why: 'a name that is too long', key: `${LONG}x`, is: [] },
  { why: 'a prefix that is too long', key: `p${PREFIX}/a`, is: [] },
  { why: 'nothing', key: '', is: [] },
  { why: 'a prefix alone', key: 'example.com/', is: [] },
  { why: 'a prefix of nothing', key: '/a', is: [] },
  { why: 'two prefixes', key: 'a/b/c', is: [] },
  { why: 'a prefix that is no DNS name', key: 'a_b/c', is: [] },
  { why: 'a prefix with an empty part', key: 'a..b/c', is: [] },
  { why: 'a space', key: 'a b', is: [] },
  { why: 'a dash at the end', key: 'a-', is: [] },
  { why: 'a dot at the beginning', key: '.a', is: [] },
  { why: 'a line break', key: 'a\n', is: [] },
  { why: 'no ASCII', key: 'größe', is: [] },
  { why: 'a name that is special to programs', key: '__proto__', is: [] },
];

for (const { why, key, is } of rows) {
  test(`a key: ${why}`, () => {
    const entry = Object.fromEntries([[key, 'x']]);
    expect(refuseMetadata({ labels: entry }) === undefined).toBe(is.includes('label'));
    expect(refuseMetadata({ annotations: entry }) === undefined).toBe(is.includes('annotation'));
  });
}

const values = [
  { why: 'nothing', value: '', isLabel: true },
  { why: 'the longest there is', value: LONG, isLabel: true },
  { why: 'one that is too long', value: `${LONG}x`, isLabel: false },
  { why: 'a sentence', value: 'is it so?', isLabel: false },
  { why: 'a slash', value: 'a/b', isLabel: false },
] as const;

for (const { why, value, isLabel } of values) {
  test(`a value: ${why}`, () => {
    expect(refuseMetadata({ labels: { a: value } }) === undefined).toBe(isLabel);
    expect(refuseMetadata({ annotations: { a: value } }), 'an annotation may hold anything').toBeUndefined();
  });
}

test('annotations leave room for those of the operator, and are counted in bytes', () => {
  const annotations = (bytes: number) => ({ annotations: { a: `ä${'x'.repeat(bytes - 3)}` } });
  expect(refuseMetadata(annotations(248 * 1024))).toBeUndefined();
  expect(refuseMetadata(annotations(248 * 1024 + 1))).toMatchObject({
    error: { message: expect.stringContaining('253953 bytes') },
  });
});

test('the refusal names the key, what is allowed, and no value', () => {
  const refused = [{ labels: { 'a b': 'v1' } }, { labels: { team: 'no value!' } }, { annotations: { '-': 'v2' } }].map(
    refuseMetadata,
  );
  const messages = refused.map(result => (result?.ok === false ? result.error.message : ''));
  expect(messages[0]).toMatch(/target\.metadata\.labels.*"a b".*63 letters/);
  expect(messages[1]).toMatch(/target\.metadata\.labels.*"team".*63 letters/);
  expect(messages[2]).toMatch(/target\.metadata\.annotations.*"-"/);
  expect(messages.join()).not.toMatch(/v1|v2|no value!/);
  for (const result of refused) expect(result).toMatchObject({ error: { reason: 'InvalidSpec', retry: 'terminal' } });
});

test('a spec without metadata is not refused', () => {
  expect(refuseMetadata({})).toBeUndefined();
});

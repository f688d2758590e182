import { expect, test } from 'vitest';
import { aSecret } from '../../../test/support/builders.ts';
import { readHistory, writeHistory } from '../../crds/content-history.ts';
import { HISTORY_ANNOTATION } from '../../crds/names.ts';
import { secretMetadata } from './secret-body.ts';

const OURS = { manager: 'secrets-operator', operation: 'Apply' };
const rows: readonly { readonly why: string; readonly managedFields: unknown; readonly sharesData?: true }[] = [
  { why: 'the watch leaves them out', managedFields: undefined },
  { why: 'somebody wrote rubbish', managedFields: [null, 7, { fieldsV1: 'x' }] },
  { why: 'all keys are of our apply', managedFields: [{ ...OURS, fieldsV1: { 'f:data': { 'f:a': {} } } }] },
  {
    why: 'somebody else has labels only',
    managedFields: [{ manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:metadata': {} } }],
  },
  {
    why: 'our POST set keys',
    managedFields: [{ ...OURS, operation: 'Update', fieldsV1: { 'f:data': { 'f:a': {} } } }],
    sharesData: true,
  },
  {
    why: 'somebody else set a key',
    managedFields: [{ manager: 'kubectl', operation: 'Apply', fieldsV1: { 'f:data': { '.': {}, 'f:b': {} } } }],
    sharesData: true,
  },
  {
    why: 'every key that our POST set was applied since',
    managedFields: [{ ...OURS, operation: 'Update', fieldsV1: { 'f:data': { '.': {} } } }],
  },
];

test.each(rows)('whether an apply says all about the data: $why', ({ managedFields, sharesData }) => {
  const secret = { metadata: { ...aSecret(), managedFields: managedFields as readonly unknown[] } };
  expect(secretMetadata(secret).sharesData).toBe(sharesData);
});

test('of labels and annotations only the operator’s own are kept', () => {
  const labels = { 'secrets-operator.io/owner': 'uid-1', 'app.kubernetes.io/managed-by': 'secrets-operator' };
  const annotations = {
    ...{ 'secrets-operator.io/content': 'k.a', 'secrets-operator.io/changed-at': '2030-01-01T00:00:00.000Z' },
    'secrets-operator.io/history': '[]',
  };
  const foreign = { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"password":"aHVudGVyMg=="}}' };
  const metadata = aSecret({ labels: { ...labels, app: 'shop' }, annotations: { ...foreign, ...annotations } });
  expect(secretMetadata({ metadata })).toEqual({ ...metadata, labels, annotations });
  const bare = aSecret({ labels: foreign, annotations: foreign });
  expect(secretMetadata({ metadata: bare })).toEqual({ ...bare, labels: {}, annotations: {} });
});

const change = { content: 'k.a', time: '2030-01-01T00:00:00.000Z' };
const before = { content: 'k.b', time: '2029-01-01T00:00:00.000Z' };
const histories = [
  { why: 'a Secret that has held nothing else: the other annotations say it', history: [change], isKept: false },
  { why: 'one that has', history: [change, before], isKept: true },
  { why: 'one whose content has other names', history: [{ ...change, was: ['j.a'] }], isKept: true },
];
test.each(histories)('the history is held for $why', ({ history, isKept }) => {
  const metadata = aSecret({ annotations: writeHistory(history) });
  const held = secretMetadata({ metadata });
  expect(held.annotations?.[HISTORY_ANNOTATION] !== undefined).toBe(isKept);
  expect(readHistory(held), 'it reads the same').toEqual(readHistory(metadata));
});

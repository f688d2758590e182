import { expect, it, test } from 'vitest';
import type { LiveEvent, LiveSecret } from '../../integration/objects.ts';
import type { Call } from '../../support/fault-proxy/call.ts';
import { changes } from './changes.ts';
import { changeDifferences, secretDifferences } from './differences.ts';
import { causelessEvents, defectLines, hotCalls } from './oracles.ts';
import type { ModelSecret } from './secrets.ts';

const PREFIX = 'secrets-operator.io';
const HISTORY = JSON.stringify([{ content: 'k.1', time: 'now' }]);

const wanted: ModelSecret = {
  type: 'Opaque',
  data: { a: 'eA==' },
  theirs: { labels: { app: 'theirs' } },
  asked: { labels: { team: 'shop' }, annotations: { note: 'x' } },
  owner: 'uid',
  keeper: 'uid',
};

/** As the operator writes what is wanted. */
function live({ metadata = {}, ...over }: { readonly metadata?: object; readonly [field: string]: unknown } = {}) {
  const labels = {
    app: 'theirs',
    team: 'shop',
    [`${PREFIX}/owner`]: 'uid',
    'app.kubernetes.io/managed-by': 'secrets-operator',
  };
  const annotations = {
    note: 'x',
    [`${PREFIX}/content`]: 'k.1',
    [`${PREFIX}/changed-at`]: 'now',
    [`${PREFIX}/history`]: HISTORY,
  };
  const base = {
    name: 's',
    uid: 's-uid',
    resourceVersion: '1',
    labels,
    annotations,
    ownerReferences: [{ uid: 'uid', kind: 'AwsSecret' }],
  };
  return new Map([
    ['s', { type: 'Opaque', data: { a: 'eA==' }, ...over, metadata: { ...base, ...metadata } } as LiveSecret],
  ]);
}
const metadata = live().get('s')?.metadata;

const rows = [
  { part: 'type', found: live({ type: 'kubernetes.io/tls' }) },
  { part: 'immutability', found: live({ immutable: true }) },
  { part: 'data', found: live({ data: { a: 'eQ==' } }) },
  { part: 'data', found: live({ data: undefined }) },
  { part: 'data', found: live({ data: { a: 'eA==', b: '' } }) },
  { part: 'labels', found: live({ metadata: { labels: { ...metadata?.labels, [`${PREFIX}/owner`]: 'other' } } }) },
  { part: 'labels', found: live({ metadata: { labels: { ...metadata?.labels, more: '' } } }) },
  { part: 'annotations', found: live({ metadata: { annotations: { ...metadata?.annotations, note: 'y' } } }) },
  {
    part: 'history',
    found: live({ metadata: { annotations: { ...metadata?.annotations, [`${PREFIX}/content`]: 'k.2' } } }),
  },
  { part: 'owner', found: live({ metadata: { ownerReferences: [] } }) },
  { part: 'owner', found: live({ metadata: { ownerReferences: [{ uid: 'uid' }, { uid: 'other' }] } }) },
];

it.each(rows)('another $part is seen, and nothing else', ({ part, found }) => {
  expect(secretDifferences(new Map([['s', wanted]]), live())).toEqual([]);
  expect(secretDifferences(new Map([['s', wanted]]), found)).toEqual([`Secret s has another ${part}`]);
});

test('a Secret too many, or too few, is seen', () => {
  expect(secretDifferences(new Map(), live())).toEqual(['Secret s should not be there']);
  expect(secretDifferences(new Map([['s', wanted]]), new Map())).toEqual(['Secret s is not there']);
});

test('a change that is told without one, and one that is not told', () => {
  const again = live({ metadata: { annotations: { ...metadata?.annotations, [`${PREFIX}/changed-at`]: 'later' } } });
  expect(changeDifferences(live(), live())).toEqual([]);
  expect(changeDifferences(live(), again)).toEqual(['Secret s holds the same, and tells of a change']);
  expect(changeDifferences(live(), live({ data: {} }))).toEqual(['Secret s holds another content, and does not tell']);
  expect(changeDifferences(new Map(), live())).toEqual([]);
});

test('changes are named by their paths', () => {
  const before = { a: [1, { b: 'x' }], c: new Map([['d', 1]]) };
  expect(changes(before, structuredClone(before))).toEqual([]);
  expect(changes(before, { a: [1, { b: 'y' }], c: new Map([['e', 1]]) })).toEqual([
    '/a/1/b: "x" → "y"',
    '/c/d: 1 → nothing',
    '/c/e: nothing → 1',
  ]);
});

test('defects of the operator are seen in log and events', () => {
  const lines = ['{"level":"warn","msg":"sync failed"}', '{"level":"error","msg":"reconcile panicked"}'];
  expect(defectLines(lines)).toEqual(lines.slice(1));
  const events = ['Synced', 'SecretContested'].map(reason => ({ reason, regarding: { name: 's' } }) as LiveEvent);
  expect(causelessEvents(events)).toEqual(['SecretContested is told of s']);
});

test('a loop is seen, whatever it calls', () => {
  const call = (target: Call['target'], name: string) =>
    ({ target, name, ids: [name], verb: 'get', resource: 'x' }) as unknown as Call;
  const loop = (of: Call) => Array.from({ length: 13 }, () => of);
  expect(hotCalls(loop(call('kube', 's-a')), 's', 2)).toEqual(['get x s-a: 13 times in 2 steps']);
  expect(hotCalls(loop(call('aws/x', 't/s/login')), 's', 2)).toEqual(['get x t/s/login: 13 times in 2 steps']);
  expect(hotCalls(loop(call('kube', 'sa')), 's', 2)).toEqual([]);
  expect(hotCalls(loop(call('kube', 's')).slice(1), 's', 2)).toEqual([]);
});

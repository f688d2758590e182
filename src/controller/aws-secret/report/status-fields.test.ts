import { expect, test } from 'vitest';
import { anAwsSecret, aRecord, aSource } from '../../../../test/support/builders.ts';
import { type AwsSecretStatus, awsSecretStatusSchema } from '../../../crds/aws-secret.ts';
import type { SyncError } from '../../runtime/error.ts';
import type { SyncResult } from './result.ts';
import { nextStatus } from './status.ts';

const NOW = Date.parse('2030-01-02T00:00:00.000Z');
const options = { maxStalenessMs: 86_400_000 };
const denied: SyncError = { reason: 'AccessDenied', retry: 'content', message: 'm' };

function next(result: SyncResult, names: readonly string[], status?: AwsSecretStatus): AwsSecretStatus {
  const dataFrom = names.map(secretId => ({ secretId }));
  const given = nextStatus(anAwsSecret({ spec: { dataFrom }, ...(status && { status }) }), result, NOW, options);
  if (given === undefined) throw new Error('nothing is to be written');
  return given;
}

function synced(names: readonly string[]): SyncResult {
  return { kind: 'synced', record: aRecord({ sources: names.map(name => aSource(name)), verifiedTime: NOW }) };
}

function failed(names: readonly string[], error: SyncError = denied): SyncResult {
  const failures = names.map(name => ({ source: aSource(name).source, error }));
  return { kind: 'failed', error, failures, silentMs: 0 };
}

const source = (name: string) => ({ name, stage: 'AWSCURRENT', versionId: 'v1', region: 'eu-west-1' });

test('a sync tells the target, the sources, the times and the request that it served', () => {
  const result: SyncResult = { kind: 'synced', record: aRecord({ verifiedTime: NOW, handledRefreshRequest: 'x' }) };
  expect(next(result, ['prod/db'])).toMatchObject({
    observedGeneration: 1,
    lastChangeTime: '2029-12-31T00:00:00.000Z',
    lastVerifiedTime: '2030-01-02T00:00:00.000Z',
    lastHandledRefreshRequest: 'x',
    target: { name: 'payments', uid: 'secret-uid', resourceVersion: '7', content: 'aaaaaaaa.former' },
    sources: [source('prod/db')],
    sourceCount: 1,
  });
});

test('a target that does not tell its content, as former releases left it, is told without', () => {
  expect(next({ kind: 'synced', record: aRecord({ history: [] }) }, ['prod/db']).target).toEqual(aRecord().target);
});

test('a failure keeps the content that the target last held', () => {
  const before = next(synced(['a']), ['a']);
  expect(next(failed(['a']), ['a'], before).target).toEqual(before.target);
});

test('an optional source that AWS does not have is listed without a version', () => {
  const result: SyncResult = { kind: 'synced', record: aRecord({ sources: [aSource('s', null)] }) };
  expect(next(result, ['s']).sources).toEqual([{ name: 's', stage: 'AWSCURRENT' }]);
});

test('a failing source comes first, keeps the version that the Secret holds, and says why', () => {
  const before = next(synced(['a', 'b', 'c']), ['a', 'b', 'c']);
  const after = next(failed(['c']), ['a', 'b', 'c'], before);
  expect(after.sources).toEqual([{ ...source('c'), reason: 'AccessDenied' }, source('a'), source('b')]);
  expect(after.sourceCount).toBe(3);
});

test('a source that answers again loses its reason while another fails', () => {
  const first = next(failed(['a', 'b']), ['a', 'b'], next(synced(['a', 'b']), ['a', 'b']));
  expect(next(failed(['b']), ['a', 'b'], first).sources).toEqual([
    { ...source('b'), reason: 'AccessDenied' },
    source('a'),
  ]);
});

test('no source fails where every source answered: a content that cannot be used is nobody’s reason', () => {
  const before = next(failed(['a']), ['a'], next(synced(['a']), ['a']));
  const after = next(failed([], { reason: 'NotJson', retry: 'content', message: 'm' }), ['a'], before);
  expect(after.sources).toEqual([source('a')]);
});

test('a source that the spec no longer names is not listed', () => {
  const before = next(synced(['old']), ['old']);
  const after = next(failed(['new']), ['new'], before);
  expect(after.sources?.map(({ name }) => name)).toEqual(['new']);
  expect(after.sourceCount).toBe(1);
});

test('twenty sources are listed, and all are counted', () => {
  const names = Array.from({ length: 25 }, (_, index) => `s-${index}`);
  const after = next(synced(names), names);
  expect([after.sources?.length, after.sourceCount]).toEqual([20, 25]);
  const failing = next(failed(['s-24']), names, after);
  expect([failing.sources?.length, failing.sources?.[0]?.name, failing.sourceCount]).toEqual([20, 's-24', 25]);
});

test('a failure before the first sync leaves the target untold', () => {
  expect(next(failed(['a']), ['a'])).not.toHaveProperty('target');
});

test('a wall clock that was set back does not tell of the future', () => {
  const result: SyncResult = { kind: 'synced', record: aRecord({ verifiedTime: NOW + 1_000 }) };
  expect(next(result, ['prod/db']).lastVerifiedTime).toBe('2030-01-02T00:00:00.000Z');
});

test('whatever happens, the status is one that the API server accepts', () => {
  const results: readonly SyncResult[] = [synced(['a']), failed(['a']), failed([]), { kind: 'suspended' }];
  for (const result of results) expect(() => awsSecretStatusSchema.parse(next(result, ['a']))).not.toThrow();
});

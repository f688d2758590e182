import { expect, test } from 'vitest';
import { anAwsSecret, aRecord, aSource } from '../../../../test/support/builders.ts';
import type { AwsSecretStatus } from '../../../crds/aws-secret.ts';
import type { Reason } from '../../../crds/reasons.ts';
import type { RetryClass } from '../../runtime/error.ts';
import type { SourceFailure } from '../sources/fetch.ts';
import type { SyncResult } from './result.ts';
import { nextStatus } from './status.ts';

const NOW = Date.parse('2030-01-02T00:00:00.000Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const iso = (ms: number) => new Date(ms).toISOString();
const options = { maxStalenessMs: 24 * HOUR };

function synced(record: Parameters<typeof aRecord>[0] = {}): SyncResult {
  return { kind: 'synced', record: aRecord({ verifiedTime: NOW, ...record }) };
}

function failed(
  reason: Reason,
  retry: RetryClass,
  ageMs: number | undefined = 0,
  names: readonly string[] = [],
): SyncResult {
  const error = { reason, retry, message: `${reason} happened` };
  const failures = names.map((name): SourceFailure => ({ source: aSource(name).source, error }));
  return { kind: 'failed', error, failures, silentMs: ageMs };
}

/** The status after `results`, one a second, beginning with `status`. */
function after(results: readonly SyncResult[], status?: AwsSecretStatus, generation = 1): AwsSecretStatus | undefined {
  let current = status;
  for (const result of results) {
    const awsSecret = anAwsSecret({ metadata: { generation }, ...(current && { status: current }) });
    current = nextStatus(awsSecret, result, NOW, options) ?? current;
  }
  return current;
}

/** `Ready=True/Synced Stale=True/Unavailable`: what the conditions say, in their order. */
function said(status: AwsSecretStatus | undefined): string {
  return (status?.conditions ?? []).map(({ type, status: is, reason }) => `${type}=${is}/${reason}`).join(' ');
}

const ready = after([synced()]);
const away = (ageMs: number) => failed('Unavailable', 'transient', ageMs);
const denied = failed('AccessDenied', 'content');
const foreign = failed('TargetNotOwned', 'terminal');

test('a new generation is Unknown until it is synced, though its predecessor was ready', () => {
  expect(said(after([away(0)], ready, 2))).toBe('Ready=Unknown/Unavailable Reconciling=True/Unavailable');
  expect(after([away(0)], ready, 2)).toMatchObject({ observedGeneration: 2 });
  expect(after([synced({ generation: 2 })], ready, 2)?.conditions).toMatchObject([{ observedGeneration: 2 }]);
});

test('the conditions carry the message, which kstatus and people read', () => {
  expect(after([denied], ready)?.conditions?.map(c => c.message)).toEqual([
    'AccessDenied happened',
    'AccessDenied happened',
  ]);
});

test('a condition of another controller, and the rollout’s own, stay', () => {
  const other = {
    type: 'RolledOut',
    status: 'True',
    reason: 'UpToDate',
    message: 'm',
    observedGeneration: 1,
    lastTransitionTime: iso(NOW),
  } as const;
  const before = { ...ready, conditions: [...(ready?.conditions ?? []), other] };
  for (const result of [denied, foreign, synced(), { kind: 'suspended' } as const])
    expect((after([result], before) ?? before).conditions).toContainEqual(other);
});

test('nothing changed, nothing is written', () => {
  for (const [before, result] of [
    [ready, synced()],
    [ready, away(0)],
    [after([denied], ready), denied],
    [after([foreign], ready), foreign],
  ] as const) {
    const awsSecret = anAwsSecret({ ...(before && { status: before }) });
    expect(nextStatus(awsSecret, result, NOW + MINUTE, options)).toBeUndefined();
  }
});

const stamps = [
  { why: 'a refresh that finds nothing writes nothing', at: HOUR - 1, verifiedTime: HOUR - 1, writes: undefined },
  { why: 'once an hour it says that it still looks', at: HOUR, verifiedTime: HOUR, writes: iso(NOW + HOUR) },
  { why: 'it says when AWS answered, not when it wrote', at: 2 * HOUR, verifiedTime: HOUR, writes: iso(NOW + HOUR) },
  { why: 'no answer of AWS since, no stamp', at: 2 * HOUR, verifiedTime: 0, writes: undefined },
];

for (const { why, at, verifiedTime, writes } of stamps) {
  test(`lastVerifiedTime: ${why}`, () => {
    const awsSecret = anAwsSecret({ ...(ready && { status: ready }) });
    const next = nextStatus(awsSecret, synced({ verifiedTime: NOW + verifiedTime }), NOW + at, options);
    expect(next?.lastVerifiedTime).toBe(writes);
  });
}

test('lastVerifiedTime rides on any other write', () => {
  const awsSecret = anAwsSecret({ ...(ready && { status: ready }) });
  const sources = [aSource('prod/db', 'v2')];
  const next = nextStatus(awsSecret, synced({ sources, verifiedTime: NOW + MINUTE }), NOW + MINUTE, options);
  expect(next).toMatchObject({ lastVerifiedTime: iso(NOW + MINUTE), sources: [{ versionId: 'v2' }] });
});

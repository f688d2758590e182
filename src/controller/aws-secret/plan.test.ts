import { expect, test } from 'vitest';
import { anAwsSecret, anOwner, aRecord, aSecret, aSource } from '../../../test/support/builders.ts';
import type { AwsSecret } from '../../crds/aws-secret.ts';
import { REFRESH_REQUESTED_ANNOTATION } from '../../crds/names.ts';
import { type Observed, plan } from './plan.ts';

/** Synced, untouched, and 30 seconds before the next refresh, unless told otherwise. */
function observed(over: Partial<Observed> = {}): Observed {
  return {
    awsSecret: anAwsSecret(),
    secret: aSecret(),
    record: aRecord(),
    withUid: uid => anAwsSecret({ metadata: { uid } }),
    now: 30_000,
    readySince: 30_000,
    wallNow: 0,
    ...over,
  };
}

function requesting(value: string): AwsSecret {
  return anAwsSecret({ metadata: { annotations: { [REFRESH_REQUESTED_ANNOTATION]: value } } });
}

/** As an object that was stored before a rule existed: the builder would refuse it. */
function breaking(spec: object): AwsSecret {
  const awsSecret = anAwsSecret();
  return { ...awsSecret, spec: { ...awsSecret.spec, ...spec } };
}

function pathed(jmesPath: string, generation = 1): AwsSecret {
  return anAwsSecret({ metadata: { generation }, spec: { data: [{ key: 'K', secretId: 's', jmesPath }] } });
}

const target = aRecord().target;
const foreign = aSecret({ ownerReferences: [anOwner({ name: 'other', uid: 'uid-2' })] });

const rows: readonly { readonly why: string; readonly when: Partial<Observed>; readonly is: string }[] = [
  { why: 'nothing is due', when: {}, is: 'wait' },
  { why: 'suspended', when: { awsSecret: anAwsSecret({ spec: { suspend: true } }) }, is: 'suspend' },
  { why: 'no sources', when: { awsSecret: breaking({ dataFrom: [] }) }, is: 'refuse' },
  { why: 'an interval that is no duration', when: { awsSecret: breaking({ refreshInterval: 'often' }) }, is: 'refuse' },
  { why: 'an interval that is too short', when: { awsSecret: breaking({ refreshInterval: '9999ms' }) }, is: 'refuse' },
  { why: 'the shortest interval', when: { awsSecret: anAwsSecret({ spec: { refreshInterval: '10s' } }) }, is: 'wait' },
  {
    why: 'an expression that is none, and was never synced',
    when: { awsSecret: pathed('a['), record: undefined },
    is: 'refuse',
  },
  {
    why: 'the same in a new generation of a spec that was synced',
    when: { awsSecret: pathed('a[', 2) },
    is: 'refuse',
  },
  { why: 'expressions of what was synced are not parsed again', when: { awsSecret: pathed('a[') }, is: 'wait' },
  { why: 'an expression that is one', when: { awsSecret: pathed('a[0]', 2) }, is: 'read' },
  { why: 'another AwsSecret owns the target', when: { secret: foreign }, is: 'refuse' },
  { why: 'a first sync', when: { record: undefined, secret: undefined }, is: 'read' },
  { why: 'a start, with a Secret that we made', when: { record: undefined }, is: 'read' },
  { why: 'a new generation', when: { awsSecret: anAwsSecret({ metadata: { generation: 2 } }) }, is: 'read' },
  {
    why: 'deleted and made again under its name',
    when: {
      awsSecret: anAwsSecret({ metadata: { uid: 'uid-3' } }),
      secret: aSecret({ ownerReferences: [anOwner({ uid: 'uid-3' })] }),
    },
    is: 'read',
  },
  { why: 'the target was deleted', when: { secret: undefined }, is: 'read' },
  { why: 'the target was written', when: { secret: aSecret({ resourceVersion: '8' }) }, is: 'read' },
  { why: 'the target was replaced', when: { secret: aSecret({ uid: 'another' }) }, is: 'read' },
  {
    why: 'the record is of another target',
    when: { record: aRecord({ target: { ...target, name: 'old' } }) },
    is: 'read',
  },
  { why: 'a refresh was requested', when: { awsSecret: requesting('now') }, is: 'read' },
  {
    why: 'another refresh was requested',
    when: { awsSecret: requesting('b'), record: aRecord({ handledRefreshRequest: 'a' }) },
    is: 'read',
  },
  {
    why: 'the request was served',
    when: { awsSecret: requesting('a'), record: aRecord({ handledRefreshRequest: 'a' }) },
    is: 'wait',
  },
  { why: 'an empty value of the annotation asks too', when: { awsSecret: requesting('') }, is: 'read' },
  {
    why: 'a request that was taken away asks for nothing',
    when: { record: aRecord({ handledRefreshRequest: 'a' }) },
    is: 'wait',
  },
  { why: 'a millisecond before the refresh', when: { now: 59_999 }, is: 'wait' },
  { why: 'the refresh is due', when: { now: 60_000 }, is: 'verify' },
  { why: 'the refresh is overdue', when: { now: 600_000 }, is: 'verify' },
  { why: 'no refresh is ever due', when: { now: 600_000, record: aRecord({ dueAt: undefined }) }, is: 'wait' },
  {
    why: 'due, but the record does not know every source',
    when: { now: 60_000, record: aRecord({ sources: [] }) },
    is: 'read',
  },
  {
    why: 'due, with an optional source that AWS does not have',
    when: { now: 60_000, record: aRecord({ sources: [aSource('prod/db', null)] }) },
    is: 'verify',
  },
];

for (const { why, when, is } of rows) {
  test(`${why} → ${is}`, () => expect(plan(observed(when)).kind).toBe(is));
}

// Each of these breaks its own rule and all that come later.
const suspended = anAwsSecret({ spec: { suspend: true, dataFrom: [] } });
const order: readonly {
  readonly why: string;
  readonly when: Partial<Observed>;
  readonly is: string;
  readonly reason?: string;
}[] = [
  {
    why: 'suspend comes before everything: a broken spec may be why',
    when: { awsSecret: suspended, secret: foreign, record: undefined },
    is: 'suspend',
  },
  {
    why: 'a broken spec comes before a foreign target',
    when: { awsSecret: breaking({ dataFrom: [] }), secret: foreign },
    is: 'refuse',
    reason: 'InvalidSpec',
  },
  {
    why: 'so does a pattern that is none',
    when: {
      awsSecret: breaking({ dataFrom: [{ secretId: 's', keys: { rename: [{ pattern: '(', replacement: '' }] } }] }),
      secret: foreign,
      record: undefined,
    },
    is: 'refuse',
    reason: 'InvalidSpec',
  },
  {
    why: 'a foreign target comes before any read: AWS is not asked in vain',
    when: { secret: foreign, record: undefined },
    is: 'refuse',
    reason: 'TargetOwnedByOther',
  },
  {
    why: 'a touched target comes before a refresh: verifying would leave it',
    when: { secret: undefined, now: 600_000 },
    is: 'read',
  },
  {
    why: 'a request comes before a refresh: it asks for values, not for versions',
    when: { awsSecret: requesting('now'), now: 600_000 },
    is: 'read',
  },
];

for (const { why, when, is, reason } of order) {
  test(`order: ${why}`, () => {
    const decision = plan(observed(when));
    expect(decision.kind).toBe(is);
    if (decision.kind === 'refuse') expect(decision.error).toMatchObject({ reason, retry: 'terminal' });
  });
}

test('waiting tells how long, and passes the record on', () => {
  const record = aRecord();
  expect(plan(observed({ record }))).toEqual({ kind: 'wait', ms: 30_000, record });
});

test('refusals name the field and what is allowed', () => {
  const target = { ...anAwsSecret().spec.target, metadata: { labels: { 'a b': 'c' } } };
  const messages = [{ dataFrom: [] }, { refreshInterval: '1s' }, { target }].map(spec => {
    const decision = plan(observed({ awsSecret: breaking(spec) }));
    return decision.kind === 'refuse' ? decision.error.message : '';
  });
  expect(messages[0]).toMatch(/`data`.*`dataFrom`/);
  expect(messages[1]).toMatch(/`refreshInterval`.*10s/);
  expect(messages[2]).toMatch(/`target.metadata.labels`.*"a b"/);
});

test('who is alive is asked of the caller: an AwsSecret that is gone no longer holds its name', () => {
  const former = aSecret({ ownerReferences: [anOwner({ uid: 'uid-0' })] });
  expect(plan(observed({ secret: former })).kind).toBe('refuse');
  expect(plan(observed({ secret: former, withUid: () => undefined })).kind).toBe('wait');
});

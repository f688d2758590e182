import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anAwsSecret, aRecord } from '../../../../test/support/builders.ts';
import { conditionDefects, type Kstatus, kstatus } from '../../../../test/support/kstatus.ts';
import type { AwsSecret, AwsSecretStatus } from '../../../crds/aws-secret.ts';
import { type Condition, withConditions } from '../../../crds/conditions.ts';
import type { Reason } from '../../../crds/reasons.ts';
import type { RetryClass } from '../../runtime/error.ts';
import { nextConditions } from './conditions.ts';
import type { SyncResult } from './result.ts';
import { nextStatus } from './status.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const NOW = Date.parse('2030-01-02T00:00:00.000Z');
const options = { maxStalenessMs: DAY };

const synced: SyncResult = { kind: 'synced', record: aRecord({ verifiedTime: NOW }) };
const suspended: SyncResult = { kind: 'suspended' };
const panicked: SyncResult = { kind: 'panicked', error: 'TypeError' };
function failed(reason: Reason, retry: RetryClass, silentMs = 0): SyncResult {
  return { kind: 'failed', error: { reason, retry, message: `${reason} happened` }, failures: [], silentMs };
}

/** The object after `steps`; a number is a spec change to that generation. */
function after(...steps: readonly (SyncResult | number)[]): AwsSecret {
  let object = anAwsSecret({ status: fresh });
  for (const step of steps) {
    if (typeof step === 'number') object = ofGeneration(object, step);
    else object = { ...object, status: nextStatus(object, step, NOW, options) ?? object.status ?? {} };
  }
  return object;
}

function ofGeneration(object: AwsSecret, generation: number): AwsSecret {
  return { ...object, metadata: { ...object.metadata, generation } };
}

/** As the CRD fills it in. */
const fresh: AwsSecretStatus = {
  observedGeneration: -1,
  conditions: (['Ready', 'Reconciling'] as const).map(type => ({
    type,
    status: type === 'Ready' ? 'Unknown' : 'True',
    reason: 'Progressing',
    message: 'Waiting for the operator.',
    lastTransitionTime: '1970-01-01T00:00:00Z',
    observedGeneration: 0,
  })),
};

/** `True Stale`: the status of Ready, and which others are there. */
function said({ status }: AwsSecret): string {
  const conditions = status?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === 'Ready')?.status;
  return [ready, ...conditions.filter(({ type }) => type !== 'Ready').map(({ type }) => type)].join(' ');
}

const away = (silentMs: number) => failed('Unavailable', 'transient', silentMs);
const unanswered: readonly Reason[] = ['Unavailable', 'ReplicaBehind', 'ApiServerUnavailable'];
const unusable: readonly Reason[] = [
  'SecretNotFound',
  'AccessDenied',
  'DecryptionFailed',
  'InvalidReference',
  'CredentialsUnavailable',
  'EmptyValue',
  'NotJson',
  'PropertyNotFound',
  'InvalidKey',
  'DuplicateKey',
  'TooLarge',
  'MissingTypeKeys',
  'NamespaceTerminating',
  'WriteRefused',
];
const inTheWay: readonly Reason[] = [
  'InvalidSpec',
  'TargetNotOwned',
  'TargetOwnedByOther',
  'TargetImmutable',
  'TargetTypeDiffers',
];

/** The table of docs/concepts.md, "Conditions", row by row. */
const table: readonly {
  readonly state: string;
  readonly when: readonly (SyncResult | number)[];
  readonly says: string;
}[] = [
  { state: 'not seen yet', when: [], says: 'Unknown Reconciling' },
  { state: 'first sync, somebody does not answer', when: [away(0)], says: 'Unknown Reconciling' },
  { state: 'new generation, somebody does not answer', when: [synced, 2, away(0)], says: 'Unknown Reconciling' },
  { state: 'refresh, repair, waiting', when: [synced, synced], says: 'True' },
  ...unanswered.flatMap(reason => {
    const silent = (ms: number) => failed(reason, 'transient', ms);
    return [
      { state: `${reason}, short`, when: [synced, silent(2 * MINUTE)], says: 'True' },
      { state: `${reason}, after 2 × refreshInterval`, when: [synced, silent(2 * MINUTE + 1)], says: 'True Stale' },
      { state: `${reason}, at maxStaleness`, when: [synced, silent(DAY)], says: 'False Reconciling Stale' },
    ];
  }),
  ...unusable.map(reason => ({
    state: `${reason}: AWS says no, or what cannot be used`,
    when: [synced, failed(reason, 'content')],
    says: 'False Reconciling',
  })),
  ...inTheWay.map(reason => ({
    state: `${reason}: spec or target stands in the way`,
    when: [synced, failed(reason, 'terminal')],
    says: 'False Stalled',
  })),
  { state: 'suspended while in step', when: [synced, suspended], says: 'True' },
  { state: 'suspended before the first sync', when: [suspended], says: 'Unknown' },
  { state: 'suspended by a spec change', when: [synced, 2, suspended], says: 'True' },
  { state: 'a defect of our own, while in step', when: [synced, panicked], says: 'True Stale' },
  { state: 'a defect of our own, before the first sync', when: [panicked], says: 'Unknown Reconciling' },
  { state: 'a defect of our own, in a new generation', when: [synced, 2, panicked], says: 'Unknown Reconciling' },
];

for (const { state, when, says } of table) {
  test(`${state} → ${says}`, () => {
    const object = after(...when);
    expect(said(object)).toBe(says);
    expect(conditionDefects(object)).toEqual([]);
  });
}

const edges: typeof table = [
  {
    state: 'what is stale stays so while a restart hides for how long',
    when: [synced, away(DAY - 1), away(0)],
    says: 'True Stale',
  },
  { state: 'what is expired stays so', when: [synced, away(DAY), away(0)], says: 'False Reconciling Stale' },
  {
    state: 'stale, then denied: AWS answered',
    when: [synced, away(DAY - 1), failed('AccessDenied', 'content')],
    says: 'False Reconciling',
  },
  {
    state: 'denied, then away',
    when: [synced, failed('AccessDenied', 'content'), away(DAY)],
    says: 'False Reconciling',
  },
  {
    state: 'foreign, then away',
    when: [synced, failed('TargetNotOwned', 'terminal'), away(0)],
    says: 'False Reconciling',
  },
  { state: 'stale in a former generation', when: [synced, away(DAY - 1), 2, away(0)], says: 'Unknown Reconciling' },
  { state: 'suspended while stale', when: [synced, away(DAY - 1), suspended], says: 'True' },
  { state: 'a spec that is changed while denied', when: [failed('AccessDenied', 'content'), 2, synced], says: 'True' },
  { state: 'a defect that is over', when: [synced, panicked, synced], says: 'True' },
];

for (const { state, when, says } of edges) {
  test(`${state} → ${says}`, () => expect(said(after(...when))).toBe(says));
}

const intervals = [
  { why: 'an interval of 0 promises nothing', refreshInterval: '0', silentMs: 30 * DAY, says: 'True' },
  { why: 'a month between two reads is no outage', refreshInterval: '720h', silentMs: 31 * DAY, says: 'True' },
  {
    why: 'two months without an answer are',
    refreshInterval: '720h',
    silentMs: 61 * DAY,
    says: 'False Reconciling Stale',
  },
];

for (const { why, refreshInterval, silentMs, says } of intervals) {
  test(`${why} → ${says}`, () => {
    const { status = {} } = after(synced);
    const object = anAwsSecret({ spec: { refreshInterval }, status });
    const next = nextStatus(object, away(silentMs), NOW, options) ?? status;
    expect(said({ ...object, status: next })).toBe(says);
  });
}

const reasons = [
  { why: 'stale leaves Ready as it was', when: [synced, away(DAY - 1)], are: ['Ready Synced', 'Stale Unavailable'] },
  {
    why: 'a failure stands in all of them',
    when: [synced, away(DAY)],
    are: ['Ready Unavailable', 'Reconciling Unavailable', 'Stale Unavailable'],
  },
  {
    why: 'an outage after a denial is told, and mends nothing',
    when: [failed('AccessDenied', 'content'), away(0)],
    are: ['Ready Unavailable', 'Reconciling Unavailable'],
  },
  {
    why: 'suspended is told, whatever was before',
    when: [failed('AccessDenied', 'content'), suspended],
    are: ['Ready Suspended'],
  },
];

for (const { why, when, are } of reasons) {
  test(`reasons: ${why}`, () => {
    expect(after(...when).status?.conditions?.map(({ type, reason }) => `${type} ${reason}`)).toEqual(are);
  });
}

test('a panic names the class of the error, and the way out', () => {
  const stale = after(synced, panicked).status?.conditions?.find(({ type }) => type === 'Stale');
  expect(stale).toMatchObject({ reason: 'InternalError', message: expect.stringMatching(/TypeError.*report/) });
});

test('what was said of the workloads is unknown for a new spec, until they are looked at', () => {
  const now = new Date(NOW).toISOString();
  const { metadata } = after(synced);
  const status = withRollout(after(synced), NOW);
  const changed = anAwsSecret({ metadata: { ...metadata, generation: 2 }, status });
  const find = (all: readonly Condition[]) => all.find(({ type }) => type === 'RolledOut');
  const next = nextConditions(changed, synced, now, options);
  expect(find(next)).toMatchObject({ status: 'Unknown', observedGeneration: 2 });
  const rolled = { ...changed, status: withRollout({ ...changed, status: { ...status, conditions: [...next] } }, NOW) };
  expect(find(nextConditions(rolled, synced, now, options)), 'the rollout was first').toMatchObject({ status: 'True' });
});

const looks = [
  { why: 'they were looked at for what came before', changeTime: '2029-01-01T00:00:00.000Z', is: 'Unknown' },
  { why: 'the rollout was first', changeTime: aRecord().changedAt, is: 'True' },
  { why: 'the rollout knows of a later change already', changeTime: '2031-01-01T00:00:00.000Z', is: 'True' },
  { why: 'nobody tells for what they were looked at', changeTime: undefined, is: 'True' },
] as const;
for (const { why, changeTime, is } of looks) {
  test(`new content: what was said of the workloads is ${is}: ${why}`, () => {
    const now = new Date(NOW).toISOString();
    const { metadata } = after(synced);
    const rollout = changeTime === undefined ? {} : { changeTime };
    const awsSecret = anAwsSecret({ metadata, status: { ...withRollout(after(synced), NOW), rollout } });
    const next = nextConditions(awsSecret, { kind: 'synced', record: aRecord() }, now, options);
    expect(next.find(({ type }) => type === 'RolledOut')?.status).toBe(is);
  });
}

test('a long message is cut between two characters', () => {
  const { status = {} } = after(synced);
  const message = `${'x'.repeat(4_095)}😀`;
  const result = {
    kind: 'failed',
    error: { reason: 'InvalidKey', retry: 'content', message },
    failures: [],
    silentMs: 0,
  };
  const next = nextStatus(anAwsSecret({ status }), result as SyncResult, NOW, options);
  expect(next?.conditions?.[0]?.message.isWellFormed()).toBe(true);
});

const anyResult: fc.Arbitrary<SyncResult> = fc.oneof(
  fc.constantFrom(synced, suspended, panicked),
  fc.constantFrom(0, MINUTE, 3 * MINUTE, DAY, 40 * DAY).chain(silentMs =>
    fc.oneof(
      fc.constantFrom(...unanswered).map(reason => failed(reason, 'transient', silentMs)),
      fc.constantFrom(...unusable).map(reason => failed(reason, 'content', silentMs)),
      fc.constantFrom(...inTheWay).map(reason => failed(reason, 'terminal', silentMs)),
    ),
  ),
);
const anyStep = fc.record({
  result: anyResult,
  isSpecChange: fc.boolean(),
  isRolledOut: fc.boolean(),
  ms: fc.integer({ min: 1, max: DAY }),
});

/** What kstatus has to make of an object after a result, whatever was before. */
function reading(result: SyncResult): Kstatus | undefined {
  if (result.kind === 'synced') return 'Current';
  if (result.kind !== 'failed') return undefined;
  return { terminal: 'Failed', content: 'InProgress', transient: undefined, conflict: undefined }[result.error.retry] as
    | Kstatus
    | undefined;
}

test('whatever happens in whatever order, no tool is misled, and the status settles', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 12 }), steps => {
      let object: AwsSecret = anAwsSecret({ status: fresh });
      let now = NOW;
      for (const { result, isSpecChange, isRolledOut, ms } of steps) {
        now += ms;
        const before = ofGeneration(object, (object.metadata.generation ?? 0) + Number(isSpecChange));
        object = { ...before, status: nextStatus(before, result, now, options) ?? before.status ?? {} };
        expect(conditionDefects(object, before)).toEqual([]);
        expect(nextStatus(object, result, now, options), 'the same again says nothing new').toBeUndefined();
        expect(kstatus(object)).toBe(reading(result) ?? kstatus(object));
        if (isRolledOut) object = { ...object, status: withRollout(object, now) };
      }
    }),
  );
});

/** What the rollout writes beside. */
function withRollout({ status = {}, metadata }: AwsSecret, now: number): AwsSecretStatus {
  const observedGeneration = metadata.generation ?? 0;
  const rolledOut = {
    type: 'RolledOut',
    status: 'True',
    reason: 'UpToDate',
    message: 'm',
    observedGeneration,
  } as const;
  return {
    ...status,
    conditions: [...withConditions(status.conditions ?? [], [rolledOut], [], new Date(now).toISOString())],
  };
}

import { expect, test } from 'vitest';
import { anAwsSecret, aRecord, aSource } from '../../../test/support/builders.ts';
import { type AwsSecretStatus, awsSecretStatusSchema } from '../../crds/aws-secret.ts';
import type { Condition } from '../../crds/conditions.ts';
import { formerContents, isOvertaken, recordFromStatus, silenceFromStatus } from './record.ts';
import { nextStatus } from './report/status.ts';
import { sourcesOf } from './sources/references.ts';

const VERIFIED = '2030-01-01T00:00:00.000Z';

function ready(status: Condition['status']): Condition {
  const base = { type: 'Ready', reason: 'Synced', message: 'm', observedGeneration: 1 } as const;
  return { ...base, status, lastTransitionTime: VERIFIED };
}

const WALL = Date.parse(VERIFIED) + 60_000;
const HOUR = 3_600_000;

const complete: AwsSecretStatus = {
  observedGeneration: 1,
  conditions: [ready('True')],
  lastChangeTime: '2029-12-31T00:00:00.000Z',
  lastVerifiedTime: VERIFIED,
  target: { name: 'payments', uid: 'secret-uid', resourceVersion: '7', content: 'k.a' },
  sources: [{ name: 'prod/db', stage: 'AWSCURRENT', versionId: 'v1', region: 'eu-west-1' }],
};

test('a complete status gives the record that was written into it, due at once', () => {
  expect(recordFromStatus(anAwsSecret({ status: complete }), 42, WALL)).toEqual({
    uid: 'uid-1',
    generation: 1,
    target: { name: 'payments', uid: 'secret-uid', resourceVersion: '7' },
    sources: [aSource('prod/db')],
    changedAt: '2029-12-31T00:00:00.000Z',
    history: [{ content: 'k.a', time: '2029-12-31T00:00:00.000Z' }],
    verifiedTime: Date.parse(VERIFIED),
    answeredAt: 42,
    writtenAt: undefined,
    handledRefreshRequest: undefined,
    dueAt: 42,
    isTold: true,
  });
});

test('the request that was served and the time of a version are kept', () => {
  const createdTime = '2029-01-01T00:00:00.000Z';
  const sources = [{ name: 'prod/db', stage: 'AWSCURRENT', versionId: 'v1', region: 'eu-west-1', createdTime }];
  const record = recordFromStatus(
    anAwsSecret({ status: { ...complete, sources, lastHandledRefreshRequest: 'x' } }),
    0,
    WALL,
  );
  expect(record).toMatchObject({ handledRefreshRequest: 'x', sources: [{ version: { createdTime } }] });
});

test('sources of every kind come back from the status that names them', () => {
  const spec = {
    data: [
      { key: 'A', secretId: 's', versionStage: 'X' },
      { key: 'B', secretId: 's', versionId: 'e95cff9b-0f6e-4551-837c-e653cbed2f5f' },
      { key: 'C', parameter: '/p' },
      { key: 'D', parameter: '/p', parameterVersion: 7 },
    ],
    dataFrom: [
      { secretId: 's' },
      { parameterPath: '/p' },
      { find: { namePattern: 's' } },
      { find: { namePattern: 's', tags: { team: 'shop', app: 'a' } } },
    ],
  };
  const version = (index: number) => ({ versionId: `v${index}`, region: 'eu-west-1' });
  const sources = sourcesOf(anAwsSecret({ spec })).map((source, index) => ({ source, version: version(index) }));
  const result = { kind: 'synced', record: aRecord({ sources }) } as const;
  const status = nextStatus(anAwsSecret({ spec }), result, WALL, { maxStalenessMs: 24 * HOUR });
  expect(() => awsSecretStatusSchema.parse(status)).not.toThrow();
  const awsSecret = anAwsSecret({ spec, ...(status && { status }) });
  expect(recordFromStatus(awsSecret, 0, WALL)?.sources).toEqual(sources);
});

test('an interval of 0 is never due', () => {
  const awsSecret = anAwsSecret({ spec: { refreshInterval: '0' }, status: complete });
  expect(recordFromStatus(awsSecret, 42, WALL)).toMatchObject({ dueAt: undefined });
});

const many = Array.from({ length: 21 }, (_, index) => ({ secretId: `s-${index}` }));
const listed = many
  .slice(0, 20)
  .map(({ secretId: name }) => ({ name, stage: 'AWSCURRENT', versionId: 'v', region: 'r' }));

const incomplete: readonly {
  readonly why: string;
  readonly status: Partial<AwsSecretStatus>;
  readonly spec?: object;
}[] = [
  { why: 'it is not ready', status: { conditions: [ready('False')] } },
  { why: 'its state is unknown', status: { conditions: [ready('Unknown')] } },
  { why: 'it has no conditions', status: { conditions: [] } },
  { why: 'it is of another generation', status: { observedGeneration: 0 } },
  { why: 'it names another target', status: { target: { name: 'x', uid: 'secret-uid', resourceVersion: '7' } } },
  {
    why: 'it does not tell which object the target was',
    status: { target: { name: 'payments', resourceVersion: '7' } },
  },
  { why: 'it does not tell how it left the target', status: { target: { name: 'payments', uid: 'secret-uid' } } },
  { why: 'it lacks a source', status: { sources: [] } },
  { why: 'a source has no version', status: { sources: [{ name: 'prod/db', stage: 'AWSCURRENT', region: 'r' }] } },
  { why: 'a source has no region', status: { sources: [{ name: 'prod/db', stage: 'AWSCURRENT', versionId: 'v' }] } },
  {
    why: 'a source is of another stage',
    status: { sources: [{ name: 'prod/db', stage: 'X', versionId: 'v', region: 'r' }] },
  },
  { why: 'there are more sources than a status lists', status: { sources: listed }, spec: { dataFrom: many } },
];

for (const { why, status, spec } of incomplete) {
  test(`no record, so that everything is read anew: ${why}`, () => {
    const awsSecret = anAwsSecret({ status: { ...complete, ...status }, ...(spec && { spec }) });
    expect(recordFromStatus(awsSecret, 0, WALL)).toBeUndefined();
  });
}

test('no status, no record', () => expect(recordFromStatus(anAwsSecret(), 0, WALL)).toBeUndefined());

test('times that are none are no reason to throw', () => {
  const record = recordFromStatus(anAwsSecret({ status: { ...complete, lastVerifiedTime: 'x' } }), 0, WALL);
  expect([record?.verifiedTime, record?.answeredAt]).toEqual([0, 0]);
});

const silences = [
  { why: 'a stamp of less than an hour says nothing: it is written once an hour', agoMs: HOUR - 1, silentMs: 0 },
  { why: 'what is older than that, AWS did not agree in', agoMs: 3 * HOUR, silentMs: 2 * HOUR },
  { why: 'a stamp in the future comes from a clock that was set', agoMs: -HOUR, silentMs: 0 },
];
for (const { why, agoMs, silentMs } of silences) {
  test(`silence as the status tells it: ${why}`, () => {
    const wallNow = Date.parse(VERIFIED) + agoMs;
    expect(silenceFromStatus(anAwsSecret({ status: complete }), wallNow)).toBe(silentMs);
    expect(recordFromStatus(anAwsSecret({ status: complete }), 42, wallNow)?.answeredAt).toBe(42 - silentMs);
  });
}

const told = [{ content: 'k.a', time: '2029-12-31T00:00:00.000Z' }];
const known = [{ content: 'k.b', time: VERIFIED }, ...told];
const target = (over: object) => ({ ...complete, target: { name: 'payments', content: 'k.a', ...over } });
const renamed = anAwsSecret({ spec: { target: { name: 'new' } }, status: complete });

const formers = [
  { why: 'the record knows all of it', awsSecret: anAwsSecret({ status: complete }), history: known, is: known },
  { why: 'the status names the newest', awsSecret: anAwsSecret({ status: complete }), is: told },
  {
    why: 'also where it could not be written since, such as one that is immutable',
    awsSecret: anAwsSecret({ metadata: { generation: 2 }, status: { ...complete, conditions: [ready('False')] } }),
    is: told,
  },
  { why: 'another name is another Secret', awsSecret: renamed, history: known, is: [] },
  { why: 'there is no status', awsSecret: anAwsSecret(), is: [] },
  {
    why: 'a former release did not tell it',
    awsSecret: anAwsSecret({ status: { ...complete, target: { name: 'payments' } } }),
    is: [],
  },
  { why: 'it is no hash', awsSecret: anAwsSecret({ status: target({ content: 'a b' }) }), is: [] },
  { why: 'it has no time', awsSecret: anAwsSecret({ status: { ...target({}), lastChangeTime: 'x' } }), is: [] },
];

for (const { why, awsSecret, history, is } of formers) {
  test(`what a Secret that is made anew follows upon: ${why}`, () => {
    expect(formerContents(awsSecret, history && aRecord({ history }))).toEqual(is);
  });
}

const present = { name: 'payments', uid: 'secret-uid', resourceVersion: '1' };
const overtaken: readonly {
  readonly why: string;
  readonly status?: AwsSecretStatus;
  readonly isTold?: boolean;
  readonly is: boolean;
}[] = [
  { why: 'the status tells what it told', status: { target: present }, is: false },
  { why: 'a later write of the Secret is told', status: { target: { ...present, resourceVersion: '2' } }, is: true },
  { why: 'a Secret that was made anew is told', status: { target: { ...present, uid: 'other' } }, is: true },
  {
    why: 'somebody has served a request since',
    status: { target: present, lastHandledRefreshRequest: 'now' },
    is: true,
  },
  {
    why: 'the status does not tell of it yet',
    status: { target: { ...present, resourceVersion: '0' } },
    isTold: false,
    is: false,
  },
  { why: 'the status was erased, and is to be written again', status: {}, is: false },
  { why: 'there is no status', is: false },
];

for (const { why, status, isTold = true, is } of overtaken) {
  test(`a record is ${is ? '' : 'not '}overtaken when ${why}`, () => {
    const record = aRecord({ target: present, isTold });
    expect(isOvertaken(anAwsSecret(status === undefined ? {} : { status }), record)).toBe(is);
  });
}

import { expect, test } from 'vitest';
import { anAwsSecret, aRecord, aSource } from '../../../../test/support/builders.ts';
import { fail, ok } from '../../runtime/error.ts';
import type { SourceReader, SourceRequest } from '../ports.ts';
import { fetchSources, requestsOf, verifySources } from './fetch.ts';
import { sourceKey, titleOf } from './source.ts';

type Answer = string | 'SecretNotFound' | 'AccessDenied' | 'Unavailable';
const FAILURES = { SecretNotFound: 'content', AccessDenied: 'content', Unavailable: 'transient' } as const;
const isFailure = (answer: Answer): answer is keyof typeof FAILURES => answer in FAILURES;

interface Fake {
  readonly reader: SourceReader;
  readonly calls: string[];
}

interface State {
  readonly region?: string;
  /** When AWS was asked, by name; 0 by default. */
  readonly observedAt?: Readonly<Record<string, number>>;
}

/** AWS with these versions by secret id; a name of a failure fails. The value of version v is `value of v`. */
function aws(versions: Readonly<Record<string, Answer>>, { region = 'eu-west-1', observedAt = {} }: State = {}): Fake {
  const calls: string[] = [];
  const answer = ({ source }: SourceRequest) => {
    const { name } = titleOf(source);
    const found = versions[name] ?? 'SecretNotFound';
    if (isFailure(found)) return fail(found, FAILURES[found], `${name} failed`);
    return ok({ versionId: found, region, observedAt: observedAt[name] ?? 0 });
  };
  return {
    calls,
    reader: {
      async readVersion(request) {
        calls.push(`version ${titleOf(request.source).name}`);
        return answer(request);
      },
      async readValue(request) {
        const { name } = titleOf(request.source);
        calls.push(`value ${name}`);
        const answered = answer(request);
        if (!answered.ok) return answered;
        const items = [{ name, bytes: Buffer.from(`value of ${answered.value.versionId}`) }];
        return ok({ ...answered.value, items, createdTime: '2029-01-01T00:00:00.000Z' });
      },
      isDeleted: async () => ok(false),
    },
  };
}

const keyOf = (secretId: string) => sourceKey(aSource(secretId).source);
const two = anAwsSecret({ spec: { dataFrom: [{ secretId: 's' }, { secretId: 't' }] } });
const optional = anAwsSecret({ spec: { data: [{ key: 'K', secretId: 's', optional: true }] } });

const verified = [
  {
    why: 'every version still stands',
    awsSecret: two,
    known: [aSource('s', 'v1'), aSource('t', 'v2')],
    now: { s: 'v1', t: 'v2' },
    is: 'same',
  },
  {
    why: 'one version moved',
    awsSecret: two,
    known: [aSource('s', 'v1'), aSource('t', 'v2')],
    now: { s: 'v1', t: 'v3' },
    is: 'moved',
  },
  {
    why: 'a source is not known yet',
    awsSecret: two,
    known: [aSource('s', 'v1')],
    now: { s: 'v1', t: 'v2' },
    is: 'moved',
  },
  {
    why: 'one failure fails all',
    awsSecret: two,
    known: [aSource('s', 'v1'), aSource('t', 'v2')],
    now: { s: 'v3', t: 'AccessDenied' },
    is: 'failed',
  },
  { why: 'an optional secret is still absent', awsSecret: optional, known: [aSource('s', null)], now: {}, is: 'same' },
  {
    why: 'an optional secret has come',
    awsSecret: optional,
    known: [aSource('s', null)],
    now: { s: 'v1' },
    is: 'moved',
  },
  { why: 'an optional secret has gone', awsSecret: optional, known: [aSource('s', 'v1')], now: {}, is: 'moved' },
  {
    why: 'an optional secret that is denied is a failure: nobody said that it is absent',
    awsSecret: optional,
    known: [aSource('s', 'v1')],
    now: { s: 'AccessDenied' },
    is: 'failed',
  },
  {
    why: 'an optional secret that is out of reach is a failure',
    awsSecret: optional,
    known: [aSource('s', 'v1')],
    now: { s: 'Unavailable' },
    is: 'failed',
  },
] as const;

for (const { why, awsSecret, known, now, is } of verified) {
  test(`verify → ${is}: ${why}`, async () => {
    const { reader, calls } = aws(now);
    const answer = await verifySources(reader, awsSecret, aRecord({ sources: known }), 0);
    expect(answer.kind).toBe(is);
    expect(calls.filter(call => call.startsWith('value'))).toEqual([]);
  });
}

const made = '2029-01-01T00:00:00.000Z';
const numbered = [
  { why: 'it is the same', kind: 'Parameter', now: { region: 'eu-west-1', createdTime: made }, is: 'same' },
  {
    why: 'it was deleted and made anew, and counts from 1 again',
    kind: 'Parameter',
    now: { region: 'eu-west-1', createdTime: '2029-02-01T00:00:00.000Z' },
    is: 'moved',
  },
  {
    why: 'another region counts by itself',
    kind: 'Parameter',
    now: { region: 'eu-central-1', createdTime: made },
    is: 'moved',
  },
  {
    why: 'one of a path was made anew',
    kind: 'ParameterPath',
    now: { region: 'eu-west-1', createdTime: '2029-02-01T00:00:00.000Z' },
    is: 'moved',
  },
] as const;

for (const { why, kind, now, is } of numbered) {
  test(`a ${kind} of the same number → ${is}: ${why}`, async () => {
    const { reader } = aws({});
    const spec =
      kind === 'Parameter' ? { data: [{ key: 'K', parameter: '/a' }] } : { dataFrom: [{ parameterPath: '/a' }] };
    const source =
      kind === 'Parameter' ? ({ kind, name: '/a' } as const) : ({ kind: 'ParameterPath', path: '/a' } as const);
    const version = { versionId: '1', region: 'eu-west-1', createdTime: made };
    const numbers = { ...reader, readVersion: async () => ok({ versionId: '1', observedAt: 0, ...now }) };
    const known = aRecord({ sources: [{ source, version }] });
    expect(await verifySources(numbers, anAwsSecret({ spec }), known, 0)).toMatchObject({ kind: is });
  });
}

test('where there is no record the status tells what the Secret holds, also of what fails now', () => {
  const target = { name: 'payments', uid: 'secret-uid', resourceVersion: '7' };
  const sources = [{ name: 's', stage: 'AWSCURRENT', versionId: 'v1', region: 'eu-west-1', reason: 'AccessDenied' }];
  const held = { versionId: 'v1', region: 'eu-west-1' };
  const spec = { dataFrom: [{ secretId: 's' }] };
  expect(requestsOf(anAwsSecret({ spec, status: { target, sources } }), undefined, 0)).toMatchObject([{ held }]);
  const other = { ...target, name: 'former' };
  const [request] = requestsOf(anAwsSecret({ spec, status: { target: other, sources } }), undefined, 0);
  expect(request).not.toHaveProperty('held');
});

test('verifying keeps what only a read of the value tells, and takes the region that answers now', async () => {
  const createdTime = '2029-01-01T00:00:00.000Z';
  const source = { ...aSource('prod/db'), version: { versionId: 'v1', region: 'eu-west-1', createdTime } };
  const { reader } = aws({ 'prod/db': 'v1' }, { region: 'eu-central-1' });
  const answer = await verifySources(reader, anAwsSecret(), aRecord({ sources: [source] }), 0);
  const version = { versionId: 'v1', region: 'eu-central-1', createdTime };
  expect(answer).toEqual({ kind: 'same', sources: [{ ...source, version }], observedAt: 0 });
});

const [early, late] = ['2028-12-31T23:59:59.000Z', '2029-01-01T00:00:02.000Z'];
const times = [
  { why: 'the record knows an earlier one', record: early, status: undefined, is: early },
  { why: 'another leader has told an earlier one', record: late, status: early, is: early },
  { why: 'the record’s is the earliest', record: early, status: late, is: early },
  { why: 'the status has none that can be read', record: late, status: 'tomorrow', is: late },
  { why: 'the status tells of another version', record: late, status: early, versionId: 'v0', is: late },
];
test.each(times)('a version was made when it was first said to be: $why', async ({ versionId = 'v1', ...row }) => {
  const known = (createdTime: string | undefined) => createdTime && { region: 'eu-central-1', createdTime };
  const source = aSource('s').source;
  const record = aRecord({
    sources: [{ source, version: { versionId: 'v1', region: 'eu-central-1', createdTime: row.record } }],
  });
  const sources = [{ name: 's', stage: 'AWSCURRENT', versionId, region: 'eu-west-1', ...known(row.status) }];
  const target = { name: 'payments', uid: 'secret-uid', resourceVersion: '7' };
  const awsSecret = anAwsSecret({ spec: { dataFrom: [{ secretId: 's' }] }, status: { target, sources } });
  const answer = await verifySources(aws({ s: 'v1' }).reader, awsSecret, record, 0);
  const version = { versionId: 'v1', region: 'eu-west-1', createdTime: row.is };
  expect(answer).toEqual({ kind: 'same', sources: [{ source, version }], observedAt: 0 });
});

test('a fetch gives every value by its source, with its version, region and time', async () => {
  const { reader, calls } = aws({ s: 'v1', t: 'v2' });
  const fetched = await fetchSources(reader, two, undefined, 0);
  if (fetched.kind !== 'fetched') throw new Error('the fetch failed');
  expect(fetched.sources.map(source => source.version)).toEqual([
    { versionId: 'v1', region: 'eu-west-1', createdTime: '2029-01-01T00:00:00.000Z' },
    { versionId: 'v2', region: 'eu-west-1', createdTime: '2029-01-01T00:00:00.000Z' },
  ]);
  expect(fetched.values.get(keyOf('t'))).toEqual([{ name: 't', bytes: Buffer.from('value of v2') }]);
  expect(JSON.stringify(fetched.sources)).not.toContain('value of');
  expect(calls).toEqual(['value s', 'value t']);
});

test('a source that is named twice is read once', async () => {
  const data = ['a', 'b'].map(key => ({ key, secretId: 's', property: key }));
  const { reader, calls } = aws({ s: 'v1' });
  await fetchSources(reader, anAwsSecret({ spec: { data } }), undefined, 0);
  expect(calls).toEqual(['value s']);
});

test('all or nothing: one failure gives no bytes, and every failing source is named', async () => {
  const three = anAwsSecret({ spec: { dataFrom: ['s', 't', 'u'].map(secretId => ({ secretId })) } });
  const { reader } = aws({ s: 'v1', t: 'AccessDenied', u: 'Unavailable' });
  const failure = (secretId: string, reason: 'AccessDenied' | 'Unavailable') => ({
    source: aSource(secretId).source,
    error: { reason, retry: FAILURES[reason], message: `${secretId} failed` },
  });
  const failures = [failure('t', 'AccessDenied'), failure('u', 'Unavailable')];
  expect(await fetchSources(reader, three, undefined, 0)).toEqual({ kind: 'failed', failures });
});

const absent = [
  { why: 'every use of it is optional', spec: { data: [{ key: 'K', secretId: 's', optional: true }] }, is: 'fetched' },
  { why: 'it is not optional', spec: { data: [{ key: 'K', secretId: 's' }] }, is: 'failed' },
  {
    why: 'one of two uses is not optional',
    spec: {
      data: [
        { key: 'K', secretId: 's', optional: true },
        { key: 'L', secretId: 's' },
      ],
    },
    is: 'failed',
  },
  {
    why: 'dataFrom needs it whole',
    spec: { data: [{ key: 'K', secretId: 's', optional: true }], dataFrom: [{ secretId: 's' }] },
    is: 'failed',
  },
  {
    why: 'another stage of it is needed, and exists',
    spec: {
      data: [
        { key: 'K', secretId: 's', optional: true },
        { key: 'L', secretId: 't' },
      ],
    },
    is: 'fetched',
  },
] as const;

for (const { why, spec, is } of absent) {
  test(`a secret that AWS does not have → ${is}: ${why}`, async () => {
    const { reader } = aws({ t: 'v1' });
    const data = spec.data.map(entry => ({ ...entry }));
    const dataFrom = 'dataFrom' in spec ? spec.dataFrom.map(entry => ({ ...entry })) : [];
    const fetched = await fetchSources(reader, anAwsSecret({ spec: { data, dataFrom } }), undefined, 0);
    expect(fetched.kind).toBe(is);
    if (fetched.kind === 'fetched') expect(fetched.values.get(keyOf('s'))).toBeUndefined();
  });
}

const ages = [
  { why: 'the oldest answer counts: others are no excuse for it', observedAt: { s: 7, t: 5 }, now: { t: 'v2' }, is: 5 },
  { why: 'what AWS does not have has no age', observedAt: { s: 7 }, now: {}, is: 7 },
] as const;

for (const { why, observedAt, now, is } of ages) {
  test(`when AWS was asked: ${why}`, async () => {
    const { reader } = aws({ s: 'v1', ...now }, { observedAt });
    const data = ['s', 't'].map(secretId => ({ key: secretId, secretId, optional: true }));
    const awsSecret = anAwsSecret({ spec: { data } });
    expect(await fetchSources(reader, awsSecret, undefined, 3)).toMatchObject({ kind: 'fetched', observedAt: is });
    const record = aRecord({ sources: [aSource('s'), aSource('t', 't' in now ? 'v2' : null)] });
    expect(await verifySources(reader, awsSecret, record, 3)).toMatchObject({ kind: 'same', observedAt: is });
  });
}

test('a request tells whose permissions, which regions, how fresh, how often, and what the Secret holds', () => {
  const spec = {
    refreshInterval: '30s',
    consistency: 'Strict',
    regions: ['eu-west-1'],
    auth: { serviceAccountName: 'payments' },
    dataFrom: [{ secretId: 's' }, { parameterPath: '/p' }],
  } as const;
  const awsSecret = anAwsSecret({ spec: { ...spec, regions: [...spec.regions], dataFrom: [...spec.dataFrom] } });
  const base = {
    identity: { namespace: 'shop', serviceAccountName: 'payments', assumeRoles: [] },
    regions: ['eu-west-1'],
    freshAfter: 7,
    intervalMs: 30_000,
    consistency: 'Strict',
  };
  const record = aRecord({ sources: [aSource('s', 'v1')] });
  const held = { held: { versionId: 'v1', region: 'eu-west-1' }, heldAt: record.verifiedTime };
  expect(requestsOf(awsSecret, record, 7)).toEqual([
    { ...base, source: aSource('s').source, ...held },
    { ...base, source: { kind: 'ParameterPath', path: '/p' } },
  ]);
});

test('who is never refreshed by itself has no interval', () => {
  const awsSecret = anAwsSecret({ spec: { refreshInterval: '0' } });
  expect(requestsOf(awsSecret, undefined, 7)).toMatchObject([{ intervalMs: undefined, consistency: 'Eventual' }]);
});

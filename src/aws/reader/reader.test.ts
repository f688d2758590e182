import { expect, test } from 'vitest';
import type { Reason } from '../crds/reasons.ts';
import { CredentialsError } from './credentials.ts';
import { createReader } from './reader.ts';
import type { RegionalSecretsManager } from './secrets-manager.ts';

type Answer = 'ok' | 'empty' | 'no stage' | 'timeout' | 'credentials' | 'no STS' | (string & {});
const [WEST, CENTRAL] = ['eu-west-1', 'eu-central-1'];

function sdkError(name: string, status?: number): Error {
  return Object.assign(new Error('hunter2'), {
    name,
    $metadata: { ...(status !== undefined && { httpStatusCode: status }) },
  });
}

function thrown(answer: Answer): unknown {
  if (answer === 'timeout') return sdkError('TimeoutError');
  if (answer === 'credentials') return new CredentialsError(sdkError('AccessDenied', 403));
  if (answer === 'no STS') return new CredentialsError(sdkError('TimeoutError'));
  return sdkError(answer, answer === 'InternalServiceError' ? 500 : 400);
}

/** Secrets Manager whose regions answer as told; `ok` gives version `v-<region>`. */
function aws(answers: Readonly<Record<string, Answer>>, defaultRegions: readonly string[] = Object.keys(answers)) {
  const calls: string[] = [];
  const counted: string[] = [];
  const inRegion = (region: string): RegionalSecretsManager => {
    const answer = answers[region] ?? 'ResourceNotFoundException';
    const isAnswer = ['ok', 'empty', 'no stage'].includes(answer);
    return {
      async describe(secretId) {
        calls.push(`${region} ${secretId}`);
        if (!isAnswer) throw thrown(answer);
        return { versionId: answer === 'no stage' ? undefined : `v-${region}`, previous: `before-${region}` };
      },
      async getValue(secretId) {
        calls.push(`${region} ${secretId}`);
        if (!isAnswer) throw thrown(answer);
        return {
          versionId: `v-${region}`,
          createdTime: undefined,
          bytes: answer === 'empty' ? undefined : Buffer.from('x'),
        };
      },
    };
  };
  const metrics = {
    called: (operation: string, region: string, outcome: string) => counted.push(`${operation} ${region} ${outcome}`),
  };
  return { reader: createReader({ inRegion, defaultRegions, metrics }), calls, counted };
}

const reference = { secretId: 'prod/db', versionStage: 'AWSCURRENT', regions: [] };

const failOver: readonly {
  readonly why: string;
  readonly primary: Answer;
  readonly secondary: Answer;
  readonly gives: Reason | 'ok';
  readonly from?: string;
  readonly retry?: string;
}[] = [
  { why: 'the primary is believed', primary: 'ok', secondary: 'ok', gives: 'ok', from: WEST },
  { why: 'no answer goes on', primary: 'timeout', secondary: 'ok', gives: 'ok', from: CENTRAL },
  { why: 'a server error goes on', primary: 'InternalServiceError', secondary: 'ok', gives: 'ok', from: CENTRAL },
  { why: 'throttling goes on', primary: 'ThrottlingException', secondary: 'ok', gives: 'ok', from: CENTRAL },
  {
    why: 'NotFound never goes on',
    primary: 'ResourceNotFoundException',
    secondary: 'ok',
    gives: 'SecretNotFound',
    retry: 'content',
  },
  {
    why: 'a secret that is being deleted never goes on',
    primary: 'InvalidRequestException',
    secondary: 'ok',
    gives: 'SecretNotFound',
    retry: 'content',
  },
  {
    why: 'a denial never goes on',
    primary: 'AccessDeniedException',
    secondary: 'ok',
    gives: 'AccessDenied',
    retry: 'content',
  },
  {
    why: 'validation never goes on',
    primary: 'ValidationException',
    secondary: 'ok',
    gives: 'InvalidReference',
    retry: 'content',
  },
  {
    why: 'a key that does not decrypt never goes on',
    primary: 'DecryptionFailure',
    secondary: 'ok',
    gives: 'DecryptionFailed',
    retry: 'content',
  },
  {
    why: 'an unknown refusal never goes on',
    primary: 'SomethingNew',
    secondary: 'ok',
    gives: 'InvalidReference',
    retry: 'content',
  },
  {
    why: 'credentials are asked of every region already',
    primary: 'credentials',
    secondary: 'ok',
    gives: 'CredentialsUnavailable',
    retry: 'content',
  },
  {
    why: 'an STS that is away mends itself',
    primary: 'no STS',
    secondary: 'ok',
    gives: 'Unavailable',
    retry: 'transient',
  },
  { why: 'no region answers', primary: 'timeout', secondary: 'timeout', gives: 'Unavailable', retry: 'transient' },
  {
    why: 'a secondary without the replica says nothing of the secret',
    primary: 'timeout',
    secondary: 'ResourceNotFoundException',
    gives: 'Unavailable',
    retry: 'transient',
  },
  {
    why: 'a secondary that denies says nothing of the secret',
    primary: 'timeout',
    secondary: 'AccessDeniedException',
    gives: 'Unavailable',
    retry: 'transient',
  },
  {
    why: 'a secondary that cannot decrypt says nothing of the secret',
    primary: 'timeout',
    secondary: 'DecryptionFailure',
    gives: 'Unavailable',
    retry: 'transient',
  },
];

for (const { why, primary, secondary, gives, from, retry } of failOver) {
  for (const operation of ['readVersion', 'readValue'] as const) {
    test(`${operation}: ${primary}, then ${secondary} → ${gives}: ${why}`, async () => {
      const { reader, calls } = aws({ [WEST]: primary, [CENTRAL]: secondary });
      const answer = await reader[operation](reference);
      expect(answer.ok ? 'ok' : answer.error.reason).toBe(gives);
      expect(calls.length).toBe(from === CENTRAL || (primary !== 'no STS' && gives === 'Unavailable') ? 2 : 1);
      if (answer.ok) return expect(answer.value).toMatchObject({ region: from, versionId: `v-${from}` });
      expect(answer.error.retry).toBe(retry);
      expect(answer.error.message).not.toContain('hunter2');
    });
  }
}

const behind = [
  { why: 'without the stage', operation: 'readVersion', secondary: 'no stage' },
  { why: 'without a value', operation: 'readValue', secondary: 'empty' },
] as const;

for (const { why, operation, secondary } of behind) {
  test(`a secondary ${why} says nothing of the secret: its replica may be behind`, async () => {
    const answer = await aws({ [WEST]: 'timeout', [CENTRAL]: secondary }).reader[operation](reference);
    expect(answer).toMatchObject({ ok: false, error: { reason: 'Unavailable', retry: 'transient' } });
  });
}

test('a stage that no version has is not found, and the stage is named', async () => {
  const answer = await aws({ [WEST]: 'no stage' }).reader.readVersion({ ...reference, versionStage: 'AWSPENDING' });
  expect(answer).toMatchObject({ ok: false, error: { reason: 'SecretNotFound', retry: 'content' } });
  expect(!answer.ok && answer.error.message).toMatch(/"prod\/db".*"AWSPENDING".*eu-west-1/);
});

test('a secret without a value is empty, not absent', async () => {
  expect(await aws({ [WEST]: 'empty' }).reader.readValue(reference)).toHaveProperty('error.reason', 'EmptyValue');
});

const ARN = 'arn:aws:secretsmanager:us-east-1:1:secret:a-b';
const regions = [
  {
    why: 'the regions of the reference come before all',
    secretId: 'a',
    of: [CENTRAL, WEST],
    defaults: [WEST],
    calls: [`${CENTRAL} a`, `${WEST} a`],
  },
  {
    why: 'a name is asked in the operator’s regions',
    secretId: 'a',
    of: [],
    defaults: [WEST, CENTRAL],
    calls: [`${WEST} a`, `${CENTRAL} a`],
  },
  {
    why: 'an ARN is asked in its own region first, then as a replica',
    secretId: ARN,
    of: [],
    defaults: [WEST],
    calls: [`us-east-1 ${ARN}`, `${WEST} ${ARN.replace('us-east-1', WEST)}`],
  },
  {
    why: 'no region is asked twice',
    secretId: ARN,
    of: [],
    defaults: [WEST, 'us-east-1'],
    calls: [`us-east-1 ${ARN}`, `${WEST} ${ARN.replace('us-east-1', WEST)}`],
  },
  {
    why: 'an ARN moves to the regions of its reference',
    secretId: ARN,
    of: [WEST],
    defaults: [],
    calls: [`${WEST} ${ARN.replace('us-east-1', WEST)}`],
  },
];

for (const { why, secretId, of, defaults, calls: expected } of regions) {
  test(`regions: ${why}`, async () => {
    const everywhere = { [WEST]: 'timeout', [CENTRAL]: 'timeout', 'us-east-1': 'timeout' };
    const { reader, calls } = aws(everywhere, defaults);
    const answer = await reader.readVersion({ ...reference, secretId, regions: of });
    expect(calls).toEqual(expected);
    expect(!answer.ok && answer.error.message).toContain(expected.map(call => call.split(' ')[0]).join(', '));
  });
}

test('no region at all is for people to mend, and the message says where', async () => {
  const message = expect.stringContaining('`regions`');
  const error = { reason: 'InvalidReference', retry: 'content', message };
  expect(await aws({}).reader.readValue(reference)).toEqual({ ok: false, error });
});

test('a denial names the action, the secret and the region, so that it can be allowed', async () => {
  const answer = await aws({ [WEST]: 'AccessDeniedException' }).reader.readValue(reference);
  expect(!answer.ok && answer.error.message).toMatch(/secretsmanager:GetSecretValue.*"prod\/db".*eu-west-1/);
});

test('every call is counted, by operation, region and outcome', async () => {
  const { reader, counted } = aws({ [WEST]: 'timeout', [CENTRAL]: 'ok' });
  await reader.readVersion(reference);
  await reader.readValue(reference);
  const operations = ['DescribeSecret', 'GetSecretValue'];
  expect(counted).toEqual(operations.flatMap(o => [`${o} ${WEST} Unavailable`, `${o} ${CENTRAL} success`]));
});

const replicas = [
  { why: 'it has the version that the Secret holds', held: 'v-central', previous: undefined, gives: 'ok' },
  { why: 'it has the version right after it', held: 'v0', previous: 'v0', gives: 'ok' },
  { why: 'nothing is held yet', held: undefined, previous: undefined, gives: 'ok' },
  { why: 'it lags behind, or is another secret of that name', held: 'v9', previous: 'v0', gives: 'ReplicaBehind' },
] as const;

for (const { why, held, previous, gives } of replicas) {
  test(`with the primary throttled a replica gives ${gives}: ${why}`, async () => {
    const throttled = async () => Promise.reject(sdkError('ThrottlingException', 400));
    const primary: RegionalSecretsManager = { describe: throttled, getValue: throttled };
    const secondary: RegionalSecretsManager = {
      describe: async () => ({ versionId: 'v-central', previous }),
      getValue: async () => ({ versionId: 'v-central', createdTime: undefined, bytes: Buffer.from('x') }),
    };
    const reader = createReader({
      inRegion: region => (region === WEST ? primary : secondary),
      defaultRegions: [WEST, CENTRAL],
      metrics: { called: () => undefined },
    });
    const reference = { secretId: 'prod/db', versionStage: 'AWSCURRENT', regions: [], ...(held && { held }) };
    for (const answer of [await reader.readVersion(reference), await reader.readValue(reference)]) {
      expect(answer.ok ? 'ok' : answer.error.reason).toBe(gives);
      if (!answer.ok) expect(answer.error.retry).toBe('transient');
    }
  });
}

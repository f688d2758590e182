import { expect, test } from 'vitest';
import { fakeSecretsManager } from '../../../test/support/fake-secrets-manager.ts';
import { type Answer, aws, CENTRAL, readerOver, request, WEST } from '../../../test/support/reader-world.ts';
import type { Reason } from '../../crds/reasons.ts';

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
      const { reader, calls, wait } = aws({ [WEST]: primary, [CENTRAL]: secondary });
      const answer = await wait(reader[operation](request()));
      expect(answer.ok ? 'ok' : answer.error.reason).toBe(gives);
      const asksBoth = from === CENTRAL || (primary !== 'no STS' && gives === 'Unavailable');
      expect(calls().some(call => call.startsWith(CENTRAL))).toBe(asksBoth);
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
    const { reader, wait } = aws({ [WEST]: 'timeout', [CENTRAL]: secondary });
    const answer = await wait(reader[operation](request()));
    expect(answer).toMatchObject({ ok: false, error: { reason: 'Unavailable', retry: 'transient' } });
  });
}

test('a stage that no version has is not found, and the stage is named', async () => {
  const { reader, wait } = aws({ [WEST]: 'no stage' });
  const answer = await wait(reader.readVersion(request({}, 'prod/db', 'AWSPENDING')));
  expect(answer).toMatchObject({ ok: false, error: { reason: 'SecretNotFound', retry: 'content' } });
  expect(!answer.ok && answer.error.message).toMatch(/"prod\/db".*"AWSPENDING".*eu-west-1/);
});

test('a secret without a value is empty, not absent', async () => {
  const { reader, wait } = aws({ [WEST]: 'empty' });
  expect(await wait(reader.readValue(request()))).toHaveProperty('error.reason', 'EmptyValue');
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
    const { reader, calls, wait } = aws(everywhere, defaults);
    const answer = await wait(reader.readVersion(request({ regions: of }, secretId)));
    expect([...calls()].sort()).toEqual([...expected].sort());
    expect(!answer.ok && answer.error.message).toContain(expected.map(call => call.split(' ')[0]).join(', '));
  });
}

test('no region at all is for people to mend, and the message says where', async () => {
  const { reader, wait } = aws({});
  const message = expect.stringContaining('`regions`');
  const error = { reason: 'InvalidReference', retry: 'content', message };
  expect(await wait(reader.readValue(request()))).toEqual({ ok: false, error });
});

test('a denial names the action, the secret and the region, so that it can be allowed', async () => {
  const { reader, wait } = aws({ [WEST]: 'AccessDeniedException' });
  const answer = await wait(reader.readValue(request()));
  expect(!answer.ok && answer.error.message).toMatch(/secretsmanager:GetSecretValue.*"prod\/db".*eu-west-1/);
});

test('every call is counted, by operation, region and outcome', async () => {
  const { reader, counted, wait } = aws({ [WEST]: 'timeout', [CENTRAL]: 'ok' });
  await wait(reader.readVersion(request()));
  await wait(reader.readValue(request()));
  const operations = ['DescribeSecret', 'GetSecretValue'];
  expect(counted).toEqual(operations.flatMap(o => [`${o} ${WEST} Unavailable`, `${o} ${CENTRAL} success`]));
});

const replicas = [
  { why: 'it has the version that the Secret holds', held: 'v-central', gives: 'ok' },
  { why: 'it has the version right after it', held: 'v0', previous: 'v0', gives: 'ok' },
  { why: 'nothing is held yet', held: undefined, gives: 'ok' },
  { why: 'it was made later', held: 'v9', previous: 'v0', made: '2030-01-02T00:00:00Z', former: 'v9', gives: 'ok' },
  {
    why: 'it came later, but ours never did',
    ...{ held: 'v9', previous: 'v0', made: '2030-01-02T00:00:00Z', gives: 'ReplicaBehind' },
  },
  { why: 'there was none any more', wasAbsent: true, made: '2029-01-01T00:00:00Z', gives: 'Unavailable' },
  { why: 'there was none yet', wasAbsent: true, made: '2030-01-02T00:00:00Z', gives: 'ok' },
  { why: 'it was made before', held: 'v9', previous: 'v0', made: '2029-01-01T00:00:00Z', gives: 'ReplicaBehind' },
  { why: 'it lags behind, or is another secret of that name', held: 'v9', previous: 'v0', gives: 'ReplicaBehind' },
  { why: 'somebody went back to it', held: 'v9', previous: 'v9', made: '2029-01-01T00:00:00Z', gives: 'ok' },
] as const satisfies readonly {
  readonly why: string;
  readonly held?: string | undefined;
  readonly wasAbsent?: boolean;
  readonly previous?: string;
  readonly former?: string;
  readonly made?: string;
  readonly gives: string;
}[];

for (const { why, gives, ...row } of replicas) {
  test(`with the primary throttled a replica gives ${gives}: ${why}`, async () => {
    const [primary, secondary] = [fakeSecretsManager(), fakeSecretsManager()];
    primary.faults.set('*', 'ThrottlingException');
    secondary.secrets.set('prod/db', {
      stages: {
        AWSCURRENT: 'v-central',
        ...('previous' in row && { AWSPREVIOUS: row.previous }),
        ...('former' in row && { FORMER: row.former }),
      },
      ...('made' in row && { createdTime: row.made }),
    });
    const { reader, wait } = readerOver({ [WEST]: primary, [CENTRAL]: secondary });
    const versionId = 'held' in row ? row.held : undefined;
    const held = versionId && { versionId, region: WEST, createdTime: '2030-01-01T00:00:00Z' };
    const before = { ...(held && { held }), ...('wasAbsent' in row && { wasAbsent: row.wasAbsent }) };
    const asked = request({
      ...before,
      ...(held !== undefined || before.wasAbsent ? { heldAt: Date.parse('2030-01-01T00:00:00Z') } : {}),
    });
    for (const answer of [await wait(reader.readVersion(asked)), await wait(reader.readValue(asked))]) {
      expect(answer.ok ? 'ok' : answer.error.reason).toBe(gives);
      if (!answer.ok) expect(answer.error.retry).toBe('transient');
    }
  });
}

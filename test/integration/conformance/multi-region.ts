import { awsError, gatewayError, hang, reset, serverError, throttled } from '../../support/fault-proxy/fault.ts';
import { type Failure, PRIMARY, type RegionRow, SECONDARY } from './region-row.ts';
import { BOTH, type Names, type NotOurs, type Stored } from './row.ts';

const secretsIn = (region: Failure['region'], by: Failure['by']): Failure => ({
  region,
  service: 'secretsmanager',
  by,
});
const parametersIn = (region: Failure['region'], by: Failure['by']): Failure => ({ region, service: 'ssm', by });

const one: Stored = { secrets: { one: 'secret1' }, parameters: { one: ['parm1'] } };
const secret = ({ secret }: Names) => ({ data: [{ key: 's', secretId: secret('one') }] });
const parameter = ({ parameter }: Names) => ({ data: [{ key: 'p', parameter: parameter('one') }] });
const both = (names: Names) => ({ data: [...secret(names).data, ...parameter(names).data] });

/** Their fifteen parameters, which are more than one call takes, and two secrets. */
const numbers = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
const parameters = (from: number, to: number): Stored => ({
  parameters: Object.fromEntries(numbers(from, to).map(n => [`p${n}`, [`{"user":"parm${n}"}`]])),
});
const twoSecrets: Stored = { secrets: { one: 'secret1', two: 'secret2' } };
const big = ({ secret, parameter }: Names) => ({
  data: [
    ...['one', 'two'].map(name => ({ key: name, secretId: secret(name) })),
    ...numbers(1, 15).map(n => ({ key: `p${n}`, parameter: parameter(`p${n}`), jmesPath: 'user' })),
  ],
});
const bigData = {
  ...{ one: 'secret1', two: 'secret2' },
  ...Object.fromEntries(numbers(1, 15).map(n => [`p${n}`, `parm${n}`])),
};

const unavailable = { kind: 'failed', ready: 'Unknown', reason: 'Unavailable', isFinal: false } as const;
const fromSecondary = { kind: 'synced', data: { s: 'secret1' }, secrets: SECONDARY } as const;

/** The cases of ASCP's server/server_test.go with a failover region, and those that it leaves out. */
export const MULTI_REGION: readonly RegionRow[] = [
  {
    case: 'Multi Region Secrets Manager Fallback Success, SecretsManager Primary Region 5XX Fail',
    why: 'a server error of the primary goes to the secondary',
    as: BOTH,
    stored: one,
    failures: [secretsIn(PRIMARY, serverError())],
    spec: secret,
    expects: fromSecondary,
  },
  {
    case: 'Multi Region Parameter Store Fallback Success, ParameterStore Primary Region 5XX Fail',
    why: 'so does one of Parameter Store',
    as: BOTH,
    stored: one,
    failures: [parametersIn(PRIMARY, serverError())],
    spec: parameter,
    expects: { kind: 'synced', data: { p: 'parm1' }, parameters: SECONDARY },
  },
  {
    case: 'Multi Region Fallback Success',
    why: 'both together',
    as: BOTH,
    stored: one,
    failures: [secretsIn(PRIMARY, serverError()), parametersIn(PRIMARY, serverError())],
    spec: both,
    expects: { kind: 'synced', data: { s: 'secret1', p: 'parm1' }, secrets: SECONDARY, parameters: SECONDARY },
  },
  {
    case: '-',
    why: 'one service that is down takes no other with it',
    as: ['own'],
    stored: one,
    failures: [parametersIn(PRIMARY, serverError())],
    spec: both,
    expects: { kind: 'synced', data: { s: 'secret1', p: 'parm1' }, secrets: PRIMARY, parameters: SECONDARY },
  },
  {
    case: 'Multi Region Prefers Primary',
    why: 'what the secondary has is not even asked',
    as: BOTH,
    only: { [PRIMARY]: one, [SECONDARY]: { secrets: { one: 'wrong' }, parameters: { one: ['wrong'] } } },
    spec: both,
    expects: { kind: 'synced', data: { s: 'secret1', p: 'parm1' }, secrets: PRIMARY, parameters: PRIMARY },
  },
  {
    case: 'Multi Region Secret Manager Api Fail',
    why: 'no region answers: it passes, and nobody is to blame',
    as: BOTH,
    stored: one,
    failures: [secretsIn(PRIMARY, serverError()), secretsIn(SECONDARY, serverError())],
    spec: secret,
    expects: { ...unavailable, says: [PRIMARY, SECONDARY, 'InternalServiceError'] },
  },
  {
    case: 'Multi Region Parameter Store Api Fail',
    why: 'the same of Parameter Store',
    as: BOTH,
    stored: one,
    failures: [parametersIn(PRIMARY, serverError()), parametersIn(SECONDARY, serverError())],
    spec: parameter,
    expects: { ...unavailable, says: [PRIMARY, SECONDARY, 'InternalServiceError'] },
  },
  {
    case: 'Region Equals FallbackRegion Fail',
    why: 'a region that is named twice',
    as: ['own'],
    spec: names => ({ ...secret(names), regions: [PRIMARY, PRIMARY] }),
    expects: { kind: 'rejected', says: '`regions` must not name a region twice' },
  },
  {
    case: 'Multi Region Session Fail',
    why: 'an identity without a role is none in any region',
    as: ['own'],
    stored: one,
    spec: names => ({ ...both(names), auth: { serviceAccountName: 'roleless' } }),
    expects: {
      ...{ kind: 'failed', ready: 'False', reason: 'CredentialsUnavailable', isFinal: true },
      says: ['ServiceAccount "roleless"', 'eks.amazonaws.com/role-arn'],
    },
  },
  {
    case: 'Multi Region Param Partial Fail',
    why: 'a Secret is never put together from what each region has',
    as: BOTH,
    only: { [PRIMARY]: { parameters: { two: ['parm2'] } }, [SECONDARY]: { parameters: { one: ['parm1'] } } },
    spec: ({ parameter }) => ({
      data: ['one', 'two'].map(name => ({ key: name, parameter: parameter(name) })),
    }),
    expects: { kind: 'failed', ready: 'False', reason: 'SecretNotFound', says: ['/one"', PRIMARY], isFinal: true },
  },
  {
    case: 'SecretsManager Primary Region 4XX Fail',
    why: 'not found in the primary is not found',
    as: BOTH,
    only: { [SECONDARY]: one },
    spec: secret,
    expects: { kind: 'failed', ready: 'False', reason: 'SecretNotFound', says: ['/one"', PRIMARY], isFinal: true },
  },
  {
    case: 'SecretsManager Primary Region 5XX And Secondary Region 4XX Fail',
    why: 'what the secondary refuses says nothing of the secret: it is the primary whose trouble is told',
    as: BOTH,
    only: { [PRIMARY]: one },
    failures: [secretsIn(PRIMARY, serverError())],
    spec: secret,
    expects: { ...unavailable, says: ['InternalServiceError'] },
  },
  {
    case: 'ParameterStore Primary Region 4XX Fail',
    why: 'a key that does not decrypt in the primary is final',
    as: BOTH,
    stored: one,
    failures: [parametersIn(PRIMARY, awsError('InvalidKeyId'))],
    spec: parameter,
    expects: { kind: 'failed', ready: 'False', reason: 'DecryptionFailed', says: ['KMS key'], isFinal: true },
  },
  {
    case: 'ParameterStore Primary Region 5XX And Secondary Region 4XX Fail',
    why: 'the secondary’s key is not to blame either',
    as: BOTH,
    stored: one,
    failures: [parametersIn(PRIMARY, serverError()), parametersIn(SECONDARY, awsError('InvalidKeyId'))],
    spec: parameter,
    expects: { ...unavailable, says: ['InternalServiceError'] },
  },
  {
    case: 'Multi Region Param Fallback Invalid Fail',
    why: 'better: a secondary without the parameter harms nobody while the primary answers',
    as: BOTH,
    only: { [PRIMARY]: one },
    spec: parameter,
    expects: { kind: 'synced', data: { p: 'parm1' }, parameters: PRIMARY },
  },
  {
    case: 'Multi Region Param Fallback 4XX Fail',
    why: 'better: nor does a key of the secondary',
    as: BOTH,
    stored: one,
    failures: [parametersIn(SECONDARY, awsError('InvalidKeyId'))],
    spec: parameter,
    expects: { kind: 'synced', data: { p: 'parm1' }, parameters: PRIMARY },
  },
  {
    case: 'Multi Region Secrets Fallback 4XX Fail',
    why: 'better: nor a replica that is not there',
    as: BOTH,
    only: { [PRIMARY]: one },
    failures: [secretsIn(SECONDARY, awsError('ResourceNotFoundException'))],
    spec: secret,
    expects: { kind: 'synced', data: { s: 'secret1' }, secrets: PRIMARY },
  },
  {
    case: 'Multi Region Secrets Manager Backup Arn Success',
    why: 'the ARN of the primary is asked of the secondary as that of its replica',
    as: BOTH,
    stored: one,
    failures: [secretsIn(PRIMARY, serverError()), parametersIn(PRIMARY, serverError())],
    spec: ({ secret, parameter }) => ({
      data: [
        { key: 's', secretId: `arn:aws:secretsmanager:${PRIMARY}:123456789012:secret:${secret('one')}` },
        { key: 'p', parameter: `arn:aws:ssm:${PRIMARY}:123456789012:parameter${parameter('one')}` },
      ],
    }),
    expects: { kind: 'synced', data: { s: 'secret1', p: 'parm1' }, secrets: SECONDARY, parameters: SECONDARY },
  },
  {
    case: 'Multi Region Big Batch Success, Multi Region Json SSM batches success',
    why: 'more parameters than one call takes, and a part of each',
    as: BOTH,
    stored: { ...twoSecrets, ...parameters(1, 15) },
    failures: [parametersIn(PRIMARY, serverError())],
    spec: big,
    expects: { kind: 'synced', data: bigData, secrets: PRIMARY, parameters: SECONDARY },
  },
  {
    case: 'Multi Region Big Batch Fail',
    why: 'what the secondary lacks is not written without',
    as: ['own'],
    stored: { ...twoSecrets, ...parameters(1, 5) },
    only: { [PRIMARY]: parameters(6, 15) },
    failures: [parametersIn(PRIMARY, serverError())],
    spec: big,
    expects: { ...unavailable, says: ['InternalServiceError'] },
  },
  {
    case: 'Multi Region Partial Big Batch Fail',
    why: 'what the primary lacks is not looked for elsewhere',
    as: ['own'],
    stored: { ...twoSecrets, ...parameters(1, 5) },
    only: { [SECONDARY]: parameters(6, 15) },
    spec: big,
    expects: { kind: 'failed', ready: 'False', reason: 'SecretNotFound', says: [PRIMARY], isFinal: true },
  },
  {
    case: '-',
    why: 'throttling, which is a 400 by its status, goes to the secondary',
    as: BOTH,
    stored: one,
    failures: [secretsIn(PRIMARY, throttled()), parametersIn(PRIMARY, throttled())],
    spec: both,
    expects: { kind: 'synced', data: { s: 'secret1', p: 'parm1' }, secrets: SECONDARY, parameters: SECONDARY },
  },
  {
    case: '-',
    why: 'a page of something that is no AWS goes to the secondary',
    as: ['own'],
    stored: one,
    failures: [secretsIn(PRIMARY, gatewayError())],
    spec: secret,
    expects: fromSecondary,
  },
  {
    case: '-',
    why: 'a connection that breaks goes to the secondary',
    as: ['own'],
    stored: one,
    failures: [{ region: PRIMARY, by: reset() }],
    spec: secret,
    expects: fromSecondary,
  },
  {
    case: '-',
    why: 'no answer within the deadline goes to the secondary',
    as: ['own'],
    stored: one,
    failures: [{ region: PRIMARY, by: hang() }],
    spec: secret,
    expects: fromSecondary,
  },
  {
    case: '-',
    why: 'a black hole goes to the secondary',
    as: ['own'],
    stored: one,
    failures: [{ region: PRIMARY, by: 'black hole' }],
    spec: secret,
    expects: fromSecondary,
  },
  {
    case: '-',
    why: 'nor is its STS waited for, by an identity that has no session yet',
    as: ['serviceAccount'],
    stored: one,
    failures: [{ region: PRIMARY, by: hang() }],
    spec: names => ({
      ...secret(names),
      auth: { serviceAccountName: 'reader', roleArn: 'arn:aws:iam::123456789012:role/without-a-session' },
    }),
    expects: fromSecondary,
  },
  {
    case: '-',
    why: 'a search goes to the secondary',
    as: BOTH,
    stored: { secrets: { 'in/one': 'secret1', 'in/two': 'secret2' } },
    failures: [secretsIn(PRIMARY, serverError())],
    spec: ({ secret }) => ({ dataFrom: [{ find: { namePattern: secret('in/*') } }] }),
    expects: { kind: 'synced', data: { one: 'secret1', two: 'secret2' }, secrets: SECONDARY },
  },
  {
    case: '-',
    why: 'all below a path goes to the secondary',
    as: BOTH,
    stored: { parameters: { 'in/one': ['parm1'], 'in/two': ['parm2'] } },
    failures: [parametersIn(PRIMARY, serverError())],
    spec: ({ parameter }) => ({ dataFrom: [{ parameterPath: parameter('in') }] }),
    expects: { kind: 'synced', data: { one: 'parm1', two: 'parm2' }, parameters: SECONDARY },
  },
  ...(['AccessDeniedException', 'UnrecognizedClientException'] as const).map(
    (code): RegionRow => ({
      case: '-',
      why: `${code} never goes to the secondary`,
      as: ['own'],
      stored: one,
      failures: [secretsIn(PRIMARY, awsError(code)), parametersIn(PRIMARY, awsError(code))],
      spec: both,
      expects: {
        ...{ kind: 'failed', ready: 'False', isFinal: true, says: [PRIMARY] },
        reason: code === 'AccessDeniedException' ? 'AccessDenied' : 'CredentialsUnavailable',
      },
    }),
  ),
];

export const NOT_OF_MULTI_REGION: readonly NotOurs[] = [
  {
    case: 'Multi Region Fallback Region Fail',
    says: 'A region is never guessed from the node: the operator or the AwsSecret names it.',
  },
  {
    case: 'Multi Region Failover Descriptor Batch Success',
    says: 'A secret has one name in all regions: no entry can name another one for the second region.',
  },
];

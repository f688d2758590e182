import { expect, test } from 'vitest';
import { type Config, parseConfig } from './config.ts';

type Env = Readonly<Record<string, string>>;

function config(args: readonly string[], env: Env = {}): Config {
  const parsed = parseConfig(args, env);
  if (parsed.kind !== 'config') throw new Error(parsed.text);
  return parsed.config;
}

test('no flag is needed', () => {
  expect(config([])).toEqual({
    watchNamespaces: [],
    regions: [],
    awsEndpoints: {},
    clusterName: undefined,
    awsFipsEndpoints: false,
    awsCaBundle: undefined,
    bindAddress: ':8080',
    maxConcurrentReconciles: 20,
    logLevel: 'info',
    rolloutEnabled: true,
    maxStalenessMs: 86_400_000,
    leaderElection: undefined,
  });
});

const TIMES = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 };
const ELECTION = { namespace: undefined, leaseName: 'secrets-operator', times: TIMES };
const POD = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };

test('the configuration cannot be changed', () => expect(Object.isFrozen(config([]))).toBe(true));

const good: readonly {
  readonly why: string;
  readonly args: readonly string[];
  readonly env?: Env;
  readonly is: Partial<Config>;
}[] = [
  { why: 'a list is separated by commas', args: ['--watch-namespaces=a,b'], is: { watchNamespaces: ['a', 'b'] } },
  {
    why: 'blanks and empty entries of a list are nothing',
    args: ['--watch-namespaces', ' a , ,b,'],
    is: { watchNamespaces: ['a', 'b'] },
  },
  {
    why: 'regions keep their order',
    args: ['--regions=eu-west-1,eu-central-1'],
    is: { regions: ['eu-west-1', 'eu-central-1'] },
  },
  {
    why: 'regions of other partitions',
    args: ['--regions=us-gov-west-1,cn-north-1'],
    is: { regions: ['us-gov-west-1', 'cn-north-1'] },
  },
  {
    why: 'AWS_REGION is the region of a pod',
    args: [],
    env: { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'us-east-1' },
    is: { regions: ['eu-west-1'] },
  },
  {
    why: 'AWS_DEFAULT_REGION is its elder',
    args: [],
    env: { AWS_DEFAULT_REGION: 'us-east-1' },
    is: { regions: ['us-east-1'] },
  },
  {
    why: 'a flag wins over AWS_REGION',
    args: ['--regions=eu-west-1'],
    env: { AWS_REGION: 'us-east-1' },
    is: { regions: ['eu-west-1'] },
  },
  {
    why: 'a variable stands for a flag',
    args: [],
    env: { SECRETS_OPERATOR_LOG_LEVEL: 'debug' },
    is: { logLevel: 'debug' },
  },
  {
    why: 'a flag wins over its variable',
    args: ['--log-level=warn'],
    env: { SECRETS_OPERATOR_LOG_LEVEL: 'debug' },
    is: { logLevel: 'warn' },
  },
  {
    why: 'an empty variable, as charts render it, is none',
    args: [],
    env: { SECRETS_OPERATOR_MAX_CONCURRENT_RECONCILES: '' },
    is: { maxConcurrentReconciles: 20 },
  },
  {
    why: 'an endpoint for each service and region, whatever its URL holds',
    args: [
      '--aws-endpoints=secretsmanager/eu-west-1=https://a:4566/x?y=z,ssm/eu-west-1=http://b,sts/us-east-1=http://c',
    ],
    is: {
      awsEndpoints: {
        'secretsmanager/eu-west-1': 'https://a:4566/x?y=z',
        'ssm/eu-west-1': 'http://b',
        'sts/us-east-1': 'http://c',
      },
    },
  },
  { why: 'FIPS endpoints', args: ['--aws-fips-endpoints=true'], is: { awsFipsEndpoints: true } },
  {
    why: 'FIPS endpoints as every AWS SDK is told of them',
    args: [],
    env: { AWS_USE_FIPS_ENDPOINT: 'true' },
    is: { awsFipsEndpoints: true },
  },
  {
    why: 'a flag wins over AWS_USE_FIPS_ENDPOINT',
    args: ['--aws-fips-endpoints=false'],
    env: { AWS_USE_FIPS_ENDPOINT: 'true' },
    is: { awsFipsEndpoints: false },
  },
  { why: 'a CA bundle', args: ['--aws-ca-bundle=/etc/ca/ca.pem'], is: { awsCaBundle: '/etc/ca/ca.pem' } },
  {
    why: 'a CA bundle as the AWS CLI is told of it',
    args: [],
    env: { AWS_CA_BUNDLE: '/etc/ca/ca.pem' },
    is: { awsCaBundle: '/etc/ca/ca.pem' },
  },
  {
    why: 'a flag wins over AWS_CA_BUNDLE',
    args: ['--aws-ca-bundle=/a'],
    env: { AWS_CA_BUNDLE: '/b' },
    is: { awsCaBundle: '/a' },
  },
  {
    why: 'a name of the cluster, as EKS or its ARN has it',
    args: ['--cluster-name=arn:aws:eks:eu-west-1:111122223333:cluster/prod_1'],
    is: { clusterName: 'arn:aws:eks:eu-west-1:111122223333:cluster/prod_1' },
  },
  {
    why: 'an empty name, as charts render it, is none',
    args: [],
    env: { SECRETS_OPERATOR_CLUSTER_NAME: '' },
    is: { clusterName: undefined },
  },
  { why: 'an address with a host', args: ['--bind-address=127.0.0.1:0'], is: { bindAddress: '127.0.0.1:0' } },
  { why: 'rollouts can be turned off', args: ['--rollout-enabled=false'], is: { rolloutEnabled: false } },
  {
    why: 'staleness is told in hours, and held in milliseconds',
    args: ['--max-staleness=1.5'],
    is: { maxStalenessMs: 5_400_000 },
  },
  { why: 'a pod may have siblings', args: [], env: POD, is: { leaderElection: ELECTION } },
  {
    why: 'with a kubeconfig we are somebody at a desk, even in a pod',
    args: [],
    env: { ...POD, KUBECONFIG: '/x' },
    is: { leaderElection: undefined },
  },
  { why: 'a pod that is alone', args: ['--leader-elect=false'], env: POD, is: { leaderElection: undefined } },
  { why: 'two on one desk', args: ['--leader-elect=true'], is: { leaderElection: ELECTION } },
  {
    why: 'two releases in one namespace have a lease each',
    args: ['--leader-election-lease-name=rel.b', '--leader-election-namespace=ops'],
    env: POD,
    is: { leaderElection: { ...ELECTION, namespace: 'ops', leaseName: 'rel.b' } },
  },
  {
    why: 'times are Go durations, as those of the Kubernetes components',
    args: [
      '--leader-election-lease-duration=1m30s',
      '--leader-election-renew-deadline=1m',
      '--leader-election-retry-period=500ms',
    ],
    env: POD,
    is: {
      leaderElection: {
        ...ELECTION,
        times: { leaseDurationMs: 90_000, renewDeadlineMs: 60_000, retryPeriodMs: 500 },
      },
    },
  },
];

for (const { why, args, env = {}, is } of good) {
  test(`accepted: ${why}`, () => expect(config(args, env)).toMatchObject(is));
}

const bad: readonly {
  readonly why: string;
  readonly args: readonly string[];
  readonly env?: Env;
  readonly says: readonly string[];
}[] = [
  {
    why: 'a flag that does not exist',
    args: ['--watch-namespace=a'],
    says: ['--watch-namespace', '--watch-namespaces'],
  },
  { why: 'a word that is no flag', args: ['start'], says: ['start'] },
  { why: 'a flag without its value', args: ['--regions'], says: ['--regions'] },
  { why: 'a region that does not exist', args: ['--regions=EU'], says: ['--regions', 'eu-west-1'] },
  {
    why: 'an endpoint of a service that is never called',
    args: ['--aws-endpoints=s3/eu-west-1=http://x'],
    says: ['--aws-endpoints', 'sts/eu-west-1', 'secretsmanager, ssm or sts'],
  },
  { why: 'neither yes nor no', args: ['--leader-elect=maybe'], says: ['--leader-elect'] },
  {
    why: 'a lease that no name is',
    args: ['--leader-election-lease-name=My Lease'],
    says: ['--leader-election-lease-name', 'lower case'],
  },
  {
    why: 'a number without a unit',
    args: ['--leader-election-lease-duration=15'],
    says: ['--leader-election-lease-duration', '15s'],
  },
  { why: 'no time at all', args: ['--leader-election-retry-period=0'], says: ['--leader-election-retry-period'] },
  {
    why: 'a leader that works on when others may take over',
    args: ['--leader-election-lease-duration=10s'],
    says: ['--leader-election-renew-deadline', '--leader-election-lease-duration', 'two operators'],
  },
  {
    why: 'a lease that is lost by one failure',
    args: ['--leader-election-retry-period=9s'],
    says: ['--leader-election-renew-deadline', '--leader-election-retry-period'],
  },
  { why: 'an endpoint that is no URL', args: ['--aws-endpoints=sts/eu-west-1=vpce'], says: ['--aws-endpoints'] },
  { why: 'an endpoint without a region', args: ['--aws-endpoints=sts=http://x'], says: ['--aws-endpoints'] },
  { why: 'a name that no tag can hold', args: ['--cluster-name=prod,1'], says: ['--cluster-name', 'letters, digits'] },
  { why: 'a name that is none', args: ['--cluster-name='], says: ['--cluster-name'] },
  { why: 'a name that is longer than a tag', args: [`--cluster-name=${'a'.repeat(257)}`], says: ['--cluster-name'] },
  { why: 'neither with FIPS nor without', args: ['--aws-fips-endpoints=maybe'], says: ['--aws-fips-endpoints'] },
  { why: 'an address without a port', args: ['--bind-address=localhost'], says: ['--bind-address', ':port'] },
  { why: 'a port that no machine has', args: ['--bind-address=:70000'], says: ['--bind-address'] },
  { why: 'no workers', args: ['--max-concurrent-reconciles=0'], says: ['--max-concurrent-reconciles'] },
  { why: 'half a worker', args: ['--max-concurrent-reconciles=1.5'], says: ['--max-concurrent-reconciles'] },
  {
    why: 'a word for a number',
    args: ['--max-concurrent-reconciles=many'],
    says: ['--max-concurrent-reconciles', 'must be a number'],
  },
  { why: 'a level that does not exist', args: ['--log-level=loud'], says: ['--log-level', 'debug'] },
  { why: 'neither true nor false', args: ['--rollout-enabled=maybe'], says: ['--rollout-enabled'] },
  { why: 'staleness below an hour', args: ['--max-staleness=0'], says: ['--max-staleness'] },
  { why: 'a duration for a number of hours', args: ['--max-staleness=24h'], says: ['--max-staleness', 'hours'] },
  {
    why: 'a mistake in a variable names the flag that it stands for',
    args: [],
    env: { SECRETS_OPERATOR_LOG_LEVEL: 'loud' },
    says: ['--log-level'],
  },
  {
    why: 'every mistake is named at once',
    args: ['--log-level=loud', '--regions=EU'],
    says: ['--log-level', '--regions'],
  },
];

for (const { why, args, env = {}, says } of bad) {
  test(`refused: ${why}`, () => {
    const parsed = parseConfig(args, env);
    if (parsed.kind !== 'invalid') throw new Error(`it was taken as ${parsed.kind}`);
    for (const words of says) expect(parsed.text).toContain(words);
  });
}

test('--help names every flag and its variable, and wins over mistakes in others', () => {
  const parsed = parseConfig(['--help', '--log-level=loud'], {});
  if (parsed.kind !== 'help') throw new Error(`it was taken as ${parsed.kind}`);
  for (const flag of [
    '--watch-namespaces',
    '--regions',
    '--aws-endpoints',
    '--cluster-name',
    '--aws-fips-endpoints',
    '--aws-ca-bundle',
    '--bind-address',
    '--max-concurrent-reconciles',
    '--log-level',
    '--rollout-enabled',
    '--max-staleness',
  ]) {
    expect(parsed.text).toContain(flag);
    expect(parsed.text).toContain(`SECRETS_OPERATOR_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`);
  }
});

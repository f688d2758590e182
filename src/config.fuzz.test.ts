import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostileText } from '../test/support/hostile.ts';
import { parseConfig } from './config.ts';

const NAMES = [
  ...['watch-namespaces', 'regions', 'aws-endpoints', 'bind-address', 'max-concurrent-reconciles', 'log-level'],
  ...['aws-fips-endpoints', 'aws-ca-bundle'],
  ...['rollout-enabled', 'max-staleness', 'leader-elect', 'leader-election-namespace', 'leader-election-lease-name'],
  ...[
    'cluster-name',
    'leader-election-lease-duration',
    'leader-election-renew-deadline',
    'leader-election-retry-period',
  ],
];

const likely = fc.constantFrom(
  ...['shop', 'shop,ops', '..', 'Shop', 'a/b', 'eu-west-1', 'eu-west-1,', 'sts/eu-west-1=http://[', ':8080', ':99999'],
  ...[
    'secretsmanager/eu-west-1=https://x',
    'sts/x=https://a=b',
    '0',
    '1',
    '20',
    '1e9',
    '-1',
    '0x10',
    ' ',
    'true',
    'yes',
  ],
  ...['15s', '10s', '2s', '0s', '1h', '1ms', 'info', 'debug', `${'9'.repeat(400)}h`],
);
const value = fc.oneof({ weight: 3, arbitrary: likely }, hostileText);
const flag = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...NAMES), value).map(([name, value]) => `--${name}=${value}`) },
  fc.constantFrom('--help', '--', '-h', '--__proto__=x', '--constructor=x', '--no-help', '--regions'),
  hostileText,
);
const variable = fc.oneof(
  fc.constantFrom(...NAMES).map(name => `SECRETS_OPERATOR_${name.replaceAll('-', '_').toUpperCase()}`),
  fc.constantFrom(
    'AWS_REGION',
    'AWS_DEFAULT_REGION',
    'AWS_USE_FIPS_ENDPOINT',
    'AWS_CA_BUNDLE',
    'KUBECONFIG',
    'KUBERNETES_SERVICE_HOST',
  ),
);
const env = fc.array(fc.tuple(variable, value), { maxLength: 4 }).map(entries => Object.fromEntries(entries));

const isNamespace = (text: string): boolean => text.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text);

test('whatever the flags and variables, the settings can be used, or the mistake is named', () => {
  fc.assert(
    fc.property(fc.array(flag, { maxLength: 3 }), env, (args, env) => {
      const parsed = parseConfig(args, env);
      if (parsed.kind !== 'config') return void expect(parsed.text).toMatch(/--[a-z]|^Usage:|\nUsage:/);
      const { config } = parsed;
      expect(config.watchNamespaces.filter(name => !isNamespace(name))).toEqual([]);
      for (const url of Object.values(config.awsEndpoints)) expect(new URL(url).protocol).toMatch(/^https?:$/);
      if (config.clusterName !== undefined) expect(config.clusterName).toMatch(/^[!-~]{1,256}$/);
      expect(Number(config.bindAddress.split(':').at(-1))).toBeLessThanOrEqual(65_535);
      expect(Number.isInteger(config.maxConcurrentReconciles) && config.maxConcurrentReconciles >= 1).toBe(true);
      expect(config.maxStalenessMs).toBeGreaterThanOrEqual(3_600_000);
      const { leaseDurationMs, renewDeadlineMs, retryPeriodMs } = config.leaderElection?.times ?? {
        ...{ leaseDurationMs: 3, renewDeadlineMs: 2, retryPeriodMs: 1 },
      };
      expect([leaseDurationMs, renewDeadlineMs, retryPeriodMs].every(Number.isSafeInteger)).toBe(true);
      expect(leaseDurationMs > renewDeadlineMs && renewDeadlineMs > retryPeriodMs && retryPeriodMs > 0).toBe(true);
    }),
    {
      numRuns: 500,
      examples: [
        [['--watch-namespaces=..'], {}],
        [['--aws-endpoints=sts/eu-west-1=http://['], {}],
        [['--leader-elect=true', '--leader-election-renew-deadline=1h'], {}],
      ],
    },
  );
});

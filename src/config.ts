import { parseArgs } from 'node:util';
import * as z from 'zod';
import { SERVICES } from './aws/endpoints.ts';
import type { ElectionTimes } from './controller/runtime/leader-election.ts';
import { parseDuration } from './crds/duration.ts';
import { isInCluster } from './kube/transport/connect.ts';
import { LOG_LEVELS } from './telemetry/log.ts';

const list = z.string().transform(text =>
  text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== ''),
);
const regionName = /^[a-z]{2,}(-[a-z]+)+-[0-9]+$/;
const namespaceName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** What AWS takes as the value of a tag (docs.aws.amazon.com/STS/latest/APIReference/API_Tag.html), in ASCII and without blanks. */
const tagValue = /^[A-Za-z0-9][A-Za-z0-9_.:/=+@-]{0,255}$/;
const endpointEntry = new RegExp(`^(${SERVICES.join('|')})/([a-z0-9-]+)=(https?://.+)$`);

function isEndpoint(text: string): boolean {
  return endpointEntry.test(text) && URL.canParse(text.slice(text.indexOf('=') + 1));
}

function isBindAddress(text: string): boolean {
  return /^.*:[0-9]{1,5}$/.test(text) && Number(text.split(':').at(-1)) <= 65_535;
}

const duration = z
  .string()
  .transform(text => parseDuration(text) ?? 0)
  .refine(ms => ms > 0, 'must be a duration, such as 15s');
const objectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be a name of Kubernetes: lower case letters, digits, - and .');

const settings = {
  'watch-namespaces': {
    schema: list
      .refine(all => all.every(name => namespaceName.test(name)), 'must be names of namespaces, such as shop')
      .default([]),
    help: 'Namespaces to work in, separated by commas. Default: all.',
  },
  regions: {
    schema: list
      .refine(all => all.every(r => regionName.test(r)), 'must be names of AWS regions, such as eu-west-1')
      .optional(),
    help: 'AWS regions of AwsSecrets that name none, in the order they are asked. Default: AWS_REGION.',
  },
  'aws-endpoints': {
    schema: list
      .refine(
        all => all.every(isEndpoint),
        'must be entries such as sts/eu-west-1=https://host, of service secretsmanager, ssm or sts',
      )
      .transform(all => Object.fromEntries(all.map(e => e.split(/=(.*)/s).slice(0, 2) as [string, string])))
      .default({}),
    help: 'Endpoints in place of AWS’s own: service/region=url, separated by commas.',
  },
  'cluster-name': {
    schema: z.string().regex(tagValue, 'must be letters, digits and _ . : / = + - @, 256 at the most').optional(),
    help: 'Name of the cluster, told to AWS as session tag secrets-operator/cluster with each role that is assumed. Default: no such tag.',
  },
  'aws-fips-endpoints': {
    schema: z.stringbool().optional(),
    help: 'Use AWS’s FIPS endpoints, which only some regions have. Default: AWS_USE_FIPS_ENDPOINT, else false.',
  },
  'aws-ca-bundle': {
    schema: z.string().optional(),
    help: 'File of CA certificates in PEM to trust for AWS beside the usual ones. Default: AWS_CA_BUNDLE.',
  },
  'bind-address': {
    schema: z.string().refine(isBindAddress, 'must be host:port or :port').default(':8080'),
    help: 'Where /livez, /readyz and /metrics are served.',
  },
  'max-concurrent-reconciles': {
    schema: z.coerce.number('must be a number').int().min(1).max(1000).default(20),
    help: 'How many AwsSecrets are worked on at a time, besides those that wait for AWS.',
  },
  'log-level': { schema: z.enum(LOG_LEVELS).default('info'), help: `One of ${LOG_LEVELS.join(', ')}.` },
  'rollout-enabled': {
    schema: z.stringbool().default(true),
    help: 'Restart workloads when their Secret changes.',
  },
  'max-staleness': {
    schema: z.coerce.number('must be a number of hours').min(1).default(24),
    help: 'Hours without an answer from AWS after which Ready turns False, but not before two refresh intervals.',
  },
  'leader-elect': {
    schema: z.stringbool().optional(),
    help: 'Work only while holding a lease, so that one of several replicas works. Default: true in a pod, else false.',
  },
  'leader-election-namespace': {
    schema: objectName.optional(),
    help: 'Namespace of the lease. Default: that of the pod, or of the kubeconfig.',
  },
  'leader-election-lease-name': { schema: objectName.default('secrets-operator'), help: 'Name of the lease.' },
  'leader-election-lease-duration': {
    schema: duration.default(15_000),
    help: 'How long the others wait after the last sign of life of a leader.',
  },
  'leader-election-renew-deadline': {
    schema: duration.default(10_000),
    help: 'How long a leader that cannot renew the lease works on before its process ends.',
  },
  'leader-election-retry-period': {
    schema: duration.default(2_000),
    help: 'Time between two tries to take or renew the lease.',
  },
} as const;

type Name = keyof typeof settings;
const names = Object.keys(settings) as Name[];

export interface Config {
  readonly watchNamespaces: readonly string[];
  readonly regions: readonly string[];
  readonly awsEndpoints: Readonly<Record<string, string>>;
  /** Undefined: AWS is not told. */
  readonly clusterName: string | undefined;
  readonly awsFipsEndpoints: boolean;
  /** Undefined: Node's own certificates suffice. */
  readonly awsCaBundle: string | undefined;
  readonly bindAddress: string;
  readonly maxConcurrentReconciles: number;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly rolloutEnabled: boolean;
  readonly maxStalenessMs: number;
  /** Undefined: this process works alone. */
  readonly leaderElection: LeaderElectionConfig | undefined;
}

export interface LeaderElectionConfig {
  /** Undefined: the operator's own. */
  readonly namespace: string | undefined;
  readonly leaseName: string;
  readonly times: ElectionTimes;
}

export type ConfigResult =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'invalid'; readonly text: string };

/** Flags win over environment variables, those over defaults. Every mistake is named, with the flag it is in. */
export function parseConfig(args: readonly string[], env: Readonly<Record<string, string | undefined>>): ConfigResult {
  const options = Object.fromEntries(
    [...names, 'help'].map(name => [name, { type: name === 'help' ? 'boolean' : 'string' }]),
  );
  let flags: Readonly<Record<string, unknown>>;
  try {
    flags = parseArgs({ args: [...args], options: options as never, strict: true }).values;
  } catch (error) {
    return { kind: 'invalid', text: `${error instanceof Error ? error.message : 'bad flags'}\n${usage()}` };
  }
  if (flags['help'] === true) return { kind: 'help', text: usage() };

  const given = Object.fromEntries(names.map(name => [name, flags[name] ?? (env[variable(name)] || undefined)]));
  const shape = Object.fromEntries(names.map(name => [name, settings[name].schema])) as {
    readonly [N in Name]: (typeof settings)[N]['schema'];
  };
  const parsed = z.object(shape).safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => `--${String(path[0])}: ${message}`);
    return { kind: 'invalid', text: `${lines.join('\n')}\n` };
  }
  const value = parsed.data;
  const times = {
    leaseDurationMs: value['leader-election-lease-duration'],
    renewDeadlineMs: value['leader-election-renew-deadline'],
    retryPeriodMs: value['leader-election-retry-period'],
  };
  const mistake = timesMistake(times);
  if (mistake !== undefined) return { kind: 'invalid', text: `${mistake}\n` };
  const ambient = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'];
  const config: Config = {
    watchNamespaces: value['watch-namespaces'],
    regions: value.regions ?? (ambient ? [ambient] : []),
    awsEndpoints: value['aws-endpoints'],
    clusterName: value['cluster-name'],
    awsFipsEndpoints: value['aws-fips-endpoints'] ?? env['AWS_USE_FIPS_ENDPOINT'] === 'true',
    awsCaBundle: value['aws-ca-bundle'] ?? (env['AWS_CA_BUNDLE'] || undefined),
    bindAddress: value['bind-address'],
    maxConcurrentReconciles: value['max-concurrent-reconciles'],
    logLevel: value['log-level'],
    rolloutEnabled: value['rollout-enabled'],
    maxStalenessMs: value['max-staleness'] * 3_600_000,
    leaderElection:
      (value['leader-elect'] ?? isInCluster(env))
        ? { namespace: value['leader-election-namespace'], leaseName: value['leader-election-lease-name'], times }
        : undefined,
  };
  return { kind: 'config', config: Object.freeze(config) };
}

function timesMistake({ leaseDurationMs, renewDeadlineMs, retryPeriodMs }: ElectionTimes): string | undefined {
  const flag = '--leader-election-renew-deadline';
  if (renewDeadlineMs >= leaseDurationMs) {
    return `${flag}: must be shorter than --leader-election-lease-duration, or two operators work at once`;
  }
  if (renewDeadlineMs <= retryPeriodMs * 1.2) {
    return `${flag}: must be longer than 1.2 times --leader-election-retry-period, or the first failure costs the lease`;
  }
  return undefined;
}

/** Name of the environment variable that stands for a flag. */
function variable(name: Name): string {
  return `SECRETS_OPERATOR_${name.replaceAll('-', '_').toUpperCase()}`;
}

function usage(): string {
  const lines = names.map(name => `  --${name}\n        ${settings[name].help} (${variable(name)})`);
  return `Usage: operator.mjs [flags]\n\n${lines.join('\n')}\n`;
}

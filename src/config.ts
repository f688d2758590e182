import { parseArgs } from 'node:util';
import { z } from 'zod';
import { LOG_LEVELS } from './telemetry/log.ts';

const list = z.string().transform(text =>
  text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== ''),
);
const regionName = /^[a-z]{2,}(-[a-z]+)+-[0-9]+$/;
const endpointEntry = /^(secretsmanager|sts)\/([a-z0-9-]+)=(https?:\/\/.+)$/;

function isBindAddress(text: string): boolean {
  return /^.*:[0-9]{1,5}$/.test(text) && Number(text.split(':').at(-1)) <= 65_535;
}

const settings = {
  'watch-namespaces': {
    schema: list.default([]),
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
        all => all.every(e => endpointEntry.test(e)),
        'must be entries such as sts/eu-west-1=https://host, of service secretsmanager or sts',
      )
      .transform(all => Object.fromEntries(all.map(e => e.split(/=(.*)/s).slice(0, 2) as [string, string])))
      .default({}),
    help: 'Endpoints in place of AWS’s own: service/region=url, separated by commas.',
  },
  'bind-address': {
    schema: z.string().refine(isBindAddress, 'must be host:port or :port').default(':8080'),
    help: 'Where /livez, /readyz and /metrics are served.',
  },
  'max-concurrent-reconciles': {
    schema: z.coerce.number('must be a number').int().min(1).max(1000).default(20),
    help: 'How many AwsSecrets are worked on at a time.',
  },
  'log-level': { schema: z.enum(LOG_LEVELS).default('info'), help: `One of ${LOG_LEVELS.join(', ')}.` },
  'rollout-enabled': {
    schema: z.stringbool().default(true),
    help: 'Restart workloads when their Secret changes.',
  },
  'max-staleness': {
    schema: z.coerce.number('must be a number of hours').min(1).default(24),
    help: 'Hours without an answer from AWS after which Ready turns False.',
  },
} as const;

type Name = keyof typeof settings;
const names = Object.keys(settings) as Name[];

export interface Config {
  readonly watchNamespaces: readonly string[];
  readonly regions: readonly string[];
  readonly awsEndpoints: Readonly<Record<string, string>>;
  readonly bindAddress: string;
  readonly maxConcurrentReconciles: number;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly rolloutEnabled: boolean;
  readonly maxStalenessMs: number;
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
  const ambient = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'];
  const config: Config = {
    watchNamespaces: value['watch-namespaces'],
    regions: value.regions ?? (ambient ? [ambient] : []),
    awsEndpoints: value['aws-endpoints'],
    bindAddress: value['bind-address'],
    maxConcurrentReconciles: value['max-concurrent-reconciles'],
    logLevel: value['log-level'],
    rolloutEnabled: value['rollout-enabled'],
    maxStalenessMs: value['max-staleness'] * 3_600_000,
  };
  return { kind: 'config', config: Object.freeze(config) };
}

/** Name of the environment variable that stands for a flag. */
function variable(name: Name): string {
  return `SECRETS_OPERATOR_${name.replaceAll('-', '_').toUpperCase()}`;
}

function usage(): string {
  const lines = names.map(name => `  --${name}\n        ${settings[name].help} (${variable(name)})`);
  return `Usage: operator.mjs [flags]\n\n${lines.join('\n')}\n`;
}

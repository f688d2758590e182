import { SERVICES } from '../../src/aws/endpoints.ts';
import { parseConfig } from '../../src/config.ts';
import type { Clock } from '../../src/controller/runtime/clock.ts';
import type { Log } from '../../src/controller/runtime/log.ts';
import { systemClock } from '../../src/controller/runtime/system-clock.ts';
import { type Operator, startOperator } from '../../src/start.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { connectTransport, type KubeAccess } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import { REGIONS } from './setup.ts';

export interface OperatorOptions {
  readonly kube: KubeAccess;
  /** URL of each region. */
  readonly aws: Readonly<Record<string, string>>;
  /** Where its hash key and its Lease lie. */
  readonly operatorNamespace: string;
  /** Empty: all. */
  readonly watchNamespaces: readonly string[];
  readonly flags?: readonly string[];
  /** That it runs in, as the chart tells it. Default: none. */
  readonly pod?: { readonly name: string; readonly uid: string };
  /** Takes the log lines, as JSON. */
  readonly lines: string[];
  /** Default: that of this tree. */
  readonly startOperator?: typeof startOperator;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** The pod that it says to be in, which nobody asks for. */
export const POD = { name: 'secrets-operator-0', uid: '6d1f4ec4-56a1-4f8e-9a1d-0f6f3c1c8a55' } as const;

/** Flags of an operator with replicas, for which a lost leader is replaced within seconds. */
export const ELECTION_FLAGS: readonly string[] = [
  '--leader-elect=true',
  '--leader-election-lease-name=rel-secrets-operator',
  '--leader-election-lease-duration=4s',
  '--leader-election-renew-deadline=2500ms',
  '--leader-election-retry-period=500ms',
];

/** Where AWS is, by region, and telemetry on a free port. */
export function endpointFlags(aws: Readonly<Record<string, string>>): readonly string[] {
  const endpoints = REGIONS.flatMap(region => SERVICES.map(service => `${service}/${region}=${aws[region]}`));
  return [`--regions=${REGIONS.join(',')}`, `--aws-endpoints=${endpoints.join(',')}`, '--bind-address=127.0.0.1:0'];
}

/** The operator within this process, wired as `main.ts` does it. Its flags are parsed as the program's own. */
export async function runOperator(options: OperatorOptions): Promise<Operator> {
  const { kube, aws, operatorNamespace, watchNamespaces, flags = [], lines, clock = systemClock, pod } = options;
  const args = [`--watch-namespaces=${watchNamespaces.join(',')}`, ...endpointFlags(aws), ...flags];
  const parsed = parseConfig(args, {});
  if (parsed.kind !== 'config') throw new Error(parsed.text);
  const { config } = parsed;
  const metrics = createMetrics(clock);
  const transport = await connectTransport(kube, operatorNamespace, clock);
  // The SDK's chain reads the environment of the process; these are moto's credentials, not anybody's.
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'operator', AWS_SECRET_ACCESS_KEY: 'operator' });
  const log = recordingLog(lines);
  const parts = { config, transport, metrics, userAgent: 'secrets-operator/test', clock, random: Math.random, log };
  return await (options.startOperator ?? startOperator)(
    { ...parts, env: { ...process.env, POD_NAME: pod?.name, POD_UID: pod?.uid } },
    operatorNamespace,
  );
}

/** Waits until an operator is ready; throws with its log when it does not get so far. */
export async function expectReady({ ready }: Operator, lines: readonly string[], timeoutMs = 20_000): Promise<void> {
  let isReady = false;
  ready.then(
    () => {
      isReady = true;
    },
    () => undefined,
  );
  await until('the operator is ready', { timeoutMs }, () => isReady).catch(error => {
    throw new Error(`${error}; its log:\n${lines.join('\n')}`);
  });
}

/** Takes the lines as JSON. */
export function recordingLog(lines: string[], bound: object = {}): Log {
  const at =
    (level: string) =>
    (msg: string, fields: object = {}) => {
      lines.push(JSON.stringify({ level, msg, ...bound, ...fields }));
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: fields => recordingLog(lines, { ...bound, ...fields }),
  };
}

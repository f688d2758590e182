import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { type Config, parseConfig } from '../../src/config.ts';
import type { Log } from '../../src/controller/runtime/log.ts';
import { systemClock as clock } from '../../src/controller/runtime/system-clock.ts';
import type { AwsSecretStatus } from '../../src/crds/aws-secret.ts';
import { type Operator, startOperator } from '../../src/start.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { type AwsAdmin, createAwsAdmin } from '../support/aws-admin.ts';
import { type AwsProxy, startAwsProxy } from '../support/aws-proxy.ts';
import { connectTransport, createKubeAdmin, type KubeAdmin, type KubeObject } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import { REGIONS, type Region } from './setup.ts';

export interface LiveAwsSecret extends KubeObject {
  readonly status?: AwsSecretStatus;
}

export interface LiveSecret extends KubeObject {
  readonly type: string;
  readonly data?: Readonly<Record<string, string>>;
}

export interface World {
  readonly namespace: string;
  readonly kube: KubeAdmin;
  readonly aws: Readonly<Record<Region, AwsAdmin>>;
  readonly proxies: Readonly<Record<Region, AwsProxy>>;
  readonly operator: Operator;
  /** Log lines as JSON. */
  readonly lines: readonly string[];
  /** A name for a secret in AWS that no other test uses. */
  unique(name: string): string;
  restartOperator(): Promise<void>;
  stopOperator(): Promise<void>;

  path(kind: Kind, name: string): string;
  applyAwsSecret(name: string, spec: object, annotations?: object): Promise<LiveAwsSecret>;
  secret(name: string): Promise<LiveSecret | undefined>;
  awsSecret(name: string): Promise<LiveAwsSecret>;
  /** Waits until the Secret holds exactly these values. */
  expectSecret(name: string, data: Readonly<Record<string, string | Uint8Array>>): Promise<LiveSecret>;
  /** Waits until the AwsSecret's condition has this status and reason, for its present generation. */
  expectCondition(name: string, type: string, status: string, reason: string): Promise<LiveAwsSecret>;
  /** Waits until the AwsSecret is Ready for its present generation. */
  expectSynced(name: string): Promise<LiveAwsSecret>;
}

export type Kind = 'awssecrets' | 'secrets' | 'deployments' | 'pods';

const BASE: Readonly<Record<Kind, string>> = {
  awssecrets: '/apis/secrets-operator.io/v1alpha1',
  secrets: '/api/v1',
  pods: '/api/v1',
  deployments: '/apis/apps/v1',
};
const WAIT = { timeoutMs: 20_000 } as const;

/** A namespace, two regions behind proxies, and an operator that works in this namespace only; for one test file. */
export function useWorld(flags: readonly string[] = []): World {
  const access = inject('kube');
  const moto = inject('moto');
  const namespace = `t-${randomUUID().slice(0, 8)}`;
  const kube = createKubeAdmin(access);
  const lines: string[] = [];
  const world = {} as { -readonly [K in keyof World]: World[K] };
  let operator: Operator | undefined;

  const start = async (): Promise<void> => {
    operator = await runOperator(namespace, world.proxies, flags, lines);
    world.operator = operator;
    const { ready } = operator;
    let isReady = false;
    ready.then(
      () => {
        isReady = true;
      },
      () => undefined,
    );
    await until('the operator is ready', WAIT, () => isReady).catch(error => {
      throw new Error(`${error}; its log:\n${lines.join('\n')}`);
    });
  };
  const stop = async (): Promise<void> => {
    await operator?.stop();
    operator = undefined;
  };
  const path = (kind: Kind, name: string): string => `${BASE[kind]}/namespaces/${namespace}/${kind}/${name}`;
  const collection = (kind: Kind): string => path(kind, '').slice(0, -1);

  Object.assign(world, {
    ...{ namespace, kube, lines, path },
    unique: name => `${namespace}/${name}`,
    stopOperator: stop,
    async restartOperator() {
      await stop();
      await start();
    },
    applyAwsSecret: (name, spec, annotations = {}) =>
      kube.create<LiveAwsSecret>(collection('awssecrets'), {
        apiVersion: 'secrets-operator.io/v1alpha1',
        kind: 'AwsSecret',
        metadata: { name, annotations },
        spec,
      }),
    secret: name => kube.get<LiveSecret>(path('secrets', name)),
    async awsSecret(name) {
      const found = await kube.get<LiveAwsSecret>(path('awssecrets', name));
      if (found === undefined) throw new Error(`AwsSecret ${name} is not there`);
      return found;
    },
    async expectSecret(name, data) {
      const wanted = Object.fromEntries(
        Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
      );
      let last: LiveSecret | undefined;
      return await until(`Secret ${name} holds ${Object.keys(data).join(', ')}`, WAIT, async () => {
        last = await world.secret(name);
        return last !== undefined && isEqual(last.data ?? {}, wanted) && last;
      }).catch(error => {
        expect(last?.data, String(error)).toEqual(wanted);
        throw error;
      });
    },
    async expectCondition(name, type, status, reason) {
      let last: LiveAwsSecret | undefined;
      return await until(`AwsSecret ${name} has ${type}=${status} (${reason})`, WAIT, async () => {
        last = await world.awsSecret(name);
        const found = last.status?.conditions?.find(condition => condition.type === type);
        const isCurrent = last.status?.observedGeneration === last.metadata.generation;
        return isCurrent && found?.status === status && found.reason === reason && last;
      }).catch(error => {
        throw new Error(`${error}; its status: ${JSON.stringify(last?.status)}`);
      });
    },
    expectSynced: name => world.expectCondition(name, 'Ready', 'True', 'Synced'),
  } satisfies Partial<World>);

  beforeAll(async () => {
    await kube.create('/api/v1/namespaces', { metadata: { name: namespace } });
    const proxies = await Promise.all(REGIONS.map(region => startAwsProxy(moto[region])));
    world.proxies = Object.fromEntries(REGIONS.map((region, i) => [region, proxies[i]])) as unknown as World['proxies'];
    world.aws = Object.fromEntries(
      REGIONS.map(region => [region, createAwsAdmin(moto[region], region)]),
    ) as unknown as World['aws'];
    await start();
  });
  afterAll(async () => {
    await stop();
    await Promise.all(Object.values(world.proxies).map(proxy => proxy.stop()));
  });
  return world;
}

async function runOperator(
  namespace: string,
  proxies: World['proxies'],
  flags: readonly string[],
  lines: string[],
): Promise<Operator> {
  const services = ['secretsmanager', 'sts'] as const;
  const endpoints = REGIONS.flatMap(region => services.map(service => `${service}/${region}=${proxies[region].url}`));
  const args = [
    `--watch-namespaces=${namespace}`,
    `--regions=${REGIONS.join(',')}`,
    `--aws-endpoints=${endpoints.join(',')}`,
    '--bind-address=127.0.0.1:0',
    ...flags,
  ];
  const parsed = parseConfig(args, {});
  if (parsed.kind !== 'config') throw new Error(parsed.text);
  const config: Config = parsed.config;
  const metrics = createMetrics();
  const transport = await connectTransport(inject('kube'), namespace);
  // The SDK's chain reads the environment of the process; these are moto's credentials, not anybody's.
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'operator', AWS_SECRET_ACCESS_KEY: 'operator' });
  const log = recordingLog(lines);
  const parts = { config, transport, metrics, userAgent: 'secrets-operator/test', clock, random: Math.random, log };
  return await startOperator({ ...parts, env: process.env }, namespace);
}

function recordingLog(lines: string[], bound: object = {}): Log {
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

function isEqual(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every(key => a[key] === b[key]);
}

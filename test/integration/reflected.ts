import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest';
import type { Clock } from '../../src/controller/runtime/clock.ts';
import { systemClock } from '../../src/controller/runtime/system-clock.ts';
import type { ObjectMeta } from '../../src/crds/object.ts';
import { APPLY_PATCH, resourcePath } from '../../src/kube/resource.ts';
import {
  createTransport,
  type Call as KubeCall,
  type Transport,
  type TransportOptions,
} from '../../src/kube/transport/transport.ts';
import type { ChangeHandler } from '../../src/kube/watch/mirror.ts';
import { Reflector, type ReflectorOptions } from '../../src/kube/watch/reflector.ts';
import { Store } from '../../src/kube/watch/store.ts';
import type { Call } from '../support/fault-proxy/call.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy/fault-proxy.ts';
import { connectTransport } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import { recordingLog } from './operator.ts';

export const WAIT = { timeoutMs: 15_000, intervalMs: 20 } as const;
const CONFIG_MAPS = { group: '', version: 'v1', plural: 'configmaps' } as const;

/** A ConfigMap, reduced. */
export interface Config {
  readonly metadata: ObjectMeta;
  readonly data?: Readonly<Record<string, string>>;
}

/** A reflector of the ConfigMaps of one namespace, behind the fault proxy. */
export interface Reflected {
  readonly store: Store<Config>;
  readonly reflector: Reflector<Config>;
  /** Resolves when it has stopped. */
  readonly ended: Promise<void>;
  readonly lines: readonly string[];
  /** Pauses that it asked for, in milliseconds; they pass twenty times as fast. */
  readonly pauses: readonly number[];
  /** How many objects could not be read. */
  readonly unreadable: () => number;
  readonly changes: readonly { readonly key: string; readonly before?: string; readonly after?: string }[];
}

export interface ReflectedOptions
  extends Partial<Pick<ReflectorOptions<Config>, 'idleMs' | 'reduce' | 'namespace' | 'store'>> {
  readonly transport?: Transport;
  readonly onChange?: ChangeHandler<Config>;
}

export interface ReflectorWorld {
  /** A namespace of each test. */
  readonly namespace: string;
  readonly proxy: FaultProxy;
  /** Through the proxy. */
  readonly transport: Transport;
  /** The calls of this test's reflector: of this verb, or all. */
  calls(verb?: 'list' | 'watch'): readonly Call[];
  /** Matches them, also when the test is over. */
  matches(verb: 'list' | 'watch'): (call: Call) => boolean;
  reflect(options?: ReflectedOptions): Reflected;
  write(name: string, data?: Readonly<Record<string, string>>): Promise<Config>;
  /** A ConfigMap that no reflector of this test sees. */
  writeElsewhere(): Promise<Config>;
  remove(name: string): Promise<void>;
  fill(count: number): Promise<void>;
  /** Creates, changes, deletes, and makes anew what was deleted. */
  stir(round: number): Promise<void>;
  expectEqualToServer(reflected: Reflected): Promise<void>;
}

/** As the operator connects, at the proxy's address; `quick` lets pauses pass twenty times as fast. */
export async function proxiedTransport(
  { kube: { url, token, certificateAuthority } }: FaultProxy,
  options: Partial<TransportOptions> = {},
): Promise<Transport> {
  return await createTransport({
    connection: {
      server: url,
      namespace: 'default',
      isInCluster: false,
      tls: async () => ({ ca: await readFile(certificateAuthority, 'utf8') }),
      authorization: async () => `Bearer ${token}`,
    },
    clock: systemClock,
    userAgent: 'test',
    metrics: { requested: () => undefined },
    ...options,
  });
}

function quick(pauses: number[]): Clock {
  return {
    ...systemClock,
    schedule(ms, callback) {
      pauses.push(ms);
      return systemClock.schedule(ms / 20, callback);
    },
  };
}

/** The proxy before the suite's API server, and for each test a namespace with three ConfigMaps. */
export function useReflectors(): ReflectorWorld {
  const world = {} as { -readonly [K in keyof ReflectorWorld]: ReflectorWorld[K] };
  const running: Reflected[] = [];
  const open: Transport[] = [];
  const pathOf = (name?: string) => resourcePath(CONFIG_MAPS, world.namespace, name);
  /** Around the proxy. */
  const must = async <T>(call: KubeCall): Promise<T> => {
    const result = await open[0]?.call(call);
    if (result?.ok) return result.value as T;
    throw new Error(`${call.method} ${call.path}: ${result?.error.status} ${result?.error.reason}`);
  };
  const write = async (namespace: string, name: string, data: Config['data'] = {}): Promise<Config> => {
    const query = { fieldManager: 'test', force: 'true' };
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
    const path = resourcePath(CONFIG_MAPS, namespace, name);
    return await must<Config>({ method: 'PATCH', path, query, contentType: APPLY_PATCH, body });
  };
  const ofTest = () => {
    const { namespace } = world;
    // Which version the server has reached is no question about the collection.
    const isQuestion = ({ path }: Call): boolean => path.includes('NotOlderThan');
    return (call: Call) => call.resource === 'configmaps' && call.namespace === namespace && !isQuestion(call);
  };

  Object.assign(world, {
    calls: verb => world.proxy.calls.filter(ofTest()).filter(call => verb === undefined || call.verb === verb),
    matches(verb) {
      const isOfTest = ofTest();
      return call => isOfTest(call) && call.verb === verb;
    },
    reflect({ transport = world.transport, store = new Store<Config>(), onChange, ...options } = {}) {
      const lines: string[] = [];
      const pauses: number[] = [];
      const changes: { key: string; before?: string; after?: string }[] = [];
      let unreadable = 0;
      const reflector = new Reflector<Config>({
        resource: CONFIG_MAPS,
        namespace: world.namespace,
        reduce: object => object as Config,
        transport,
        store,
        onChange(key, before, after, isInitial) {
          changes.push({
            key,
            ...(before && { before: before.metadata.uid }),
            ...(after && { after: after.metadata.uid }),
          });
          onChange?.(key, before, after, isInitial);
        },
        clock: quick(pauses),
        random: Math.random,
        log: recordingLog(lines),
        metrics: {
          unreadable() {
            unreadable += 1;
          },
        },
        ...options,
      });
      const reflected = {
        ...{ store, reflector, lines, pauses, changes, ended: reflector.run() },
        unreadable: () => unreadable,
      };
      running.push(reflected);
      return reflected;
    },
    write: (name, data) => write(world.namespace, name, data),
    writeElsewhere: () => write('default', 'elsewhere', { time: String(performance.now()) }),
    remove: async name => {
      await must({ method: 'DELETE', path: pathOf(name) });
    },
    async fill(count) {
      const names = Array.from({ length: count }, (_, i) => `filled-${i}`);
      const create = (name: string) => must({ method: 'POST', path: pathOf(), body: { metadata: { name } } });
      await Promise.all(names.map(create));
    },
    async stir(round) {
      await world.write(`new-${round}`);
      await world.write('changed', { round: String(round) });
      await world.remove('again');
      await world.write('again', { round: String(round) });
      await world.write('gone');
      await world.remove('gone');
    },
    async expectEqualToServer({ store, reflector }) {
      await reflector.synced;
      const summary = ({ metadata: { name, uid, resourceVersion } }: Config) => `${name} ${uid} ${resourceVersion}`;
      let [ours, theirs]: [string[], string[]] = [[], []];
      await until('the store equals what the server has', WAIT, async () => {
        const { items } = await must<{ readonly items: readonly Config[] }>({ method: 'GET', path: pathOf() });
        theirs = items.map(summary).sort();
        ours = [...store.keys()]
          .flatMap(key => store.get(key) ?? [])
          .map(summary)
          .sort();
        return ours.length === theirs.length && ours.every((line, i) => line === theirs[i]);
      }).catch(error => {
        expect(ours, String(error)).toEqual(theirs);
        throw error;
      });
    },
  } satisfies Partial<ReflectorWorld>);

  beforeAll(async () => {
    world.proxy = await startFaultProxy({ kube: inject('kube'), aws: {} });
    open.push(await connectTransport(inject('kube')));
    world.transport = await proxiedTransport(world.proxy, { deadlineMs: 1_000 });
    open.push(world.transport);
  });
  beforeEach(async () => {
    world.namespace = `t-${randomUUID().slice(0, 8)}`;
    await must({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: world.namespace } } });
    for (const name of ['stays', 'changed', 'again']) await world.write(name);
  });
  afterEach(async () => {
    for (const { reflector } of running) reflector.stop();
    await Promise.all(running.splice(0).map(({ ended }) => ended));
  });
  afterAll(async () => {
    for (const transport of open) await transport.close();
    await world.proxy.stop();
  });
  return world;
}

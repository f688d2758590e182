import { readFile } from 'node:fs/promises';
import type { Agent } from 'node:http';
import { setTimeout as pauseMs } from 'node:timers/promises';
import type { KubeAccess } from '../kube-admin.ts';
import type { Call, Target } from './call.ts';
import type { Fault } from './fault-types.ts';
import { type Front, startFronts } from './fronts.ts';
import { createInjections, type Matcher } from './injections.ts';
import { createRelay } from './relay.ts';

/** Stands between the operator and the API server and AWS: numbers every call, and makes calls fail on demand. */
export interface FaultProxy extends AwsFaultProxy {
  /** As the real access, but at the proxy's address. */
  readonly kube: KubeAccess;
}

/** The same before AWS alone. */
export interface AwsFaultProxy {
  /** URL of each region. */
  readonly aws: Readonly<Record<string, string>>;
  /** Every call so far, in order, also those that were made to fail. */
  readonly calls: readonly Call[];
  /** TCP connections accepted so far and open now. */
  readonly sockets: {
    readonly accepted: Readonly<Record<Target, number>>;
    readonly open: Readonly<Record<Target, number>>;
  };
  /**
   * From now on `fault` meets every call that `matches` and that it makes sense for; at most `times` of them (default:
   * all). Of several faults the one injected first meets a call; the matchers of those behind it do not see it.
   * Returns the function that ends it.
   */
  inject(fault: Fault, matches?: Matcher, times?: number): () => void;
  /** Breaks every open connection (RST), of one target or of all. */
  disconnect(target?: Target): void;
  /**
   * Answers nothing on new and open connections of a target, without closing them, until the returned function is called:
   * then what waits goes on, but calls whose client has left are not passed on.
   */
  blackhole(target: Target): () => void;
  /** Closes all. Rejects with what went wrong in a matcher or a victim. */
  stop(): Promise<void>;
}

export interface FaultProxyOptions {
  /**
   * With https it is served with the API server's own certificate, which its CA file holds, and this key of it; where
   * `isPlain`, by plain HTTP, which spares a handshake for each socket. Connections of `agent` are shared by all proxies
   * that have it, and outlive them.
   */
  readonly kube: KubeAccess & {
    readonly servingKey?: string;
    readonly isPlain?: boolean;
    readonly agent?: Agent | undefined;
  };
  /** URL of each region's AWS. */
  readonly aws: Readonly<Record<string, string>>;
  /** Where to listen. Default: 127.0.0.1. */
  readonly address?: string;
  /** How delays pass. Default: in real time. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/** Before the API server and AWS. */
export async function startFaultProxy({ kube, aws, ...options }: FaultProxyOptions): Promise<FaultProxy> {
  const { url, token, certificateAuthority, servingKey, isPlain = false, agent } = kube;
  const isTls = url.startsWith('https:');
  if (isTls && servingKey === undefined && !isPlain)
    throw new Error(`${url}: servingKey is missing; give the path of the API server's key`);
  const ca = isTls ? await readFile(certificateAuthority) : undefined;
  const key = isPlain || servingKey === undefined ? undefined : await readFile(servingKey);
  const front = { target: 'kube', url, agent, ...(ca && { ca }), ...(key && { key }) } as const;
  const { urlOf, ...proxy } = await start([front], aws, options);
  return { ...proxy, kube: { url: urlOf('kube'), token, certificateAuthority } };
}

/** Before AWS alone. */
export async function startAwsFaultProxy({ aws, ...options }: Omit<FaultProxyOptions, 'kube'>): Promise<AwsFaultProxy> {
  const { urlOf: _, ...proxy } = await start([], aws, options);
  return proxy;
}

async function start(
  kube: readonly Front[],
  aws: FaultProxyOptions['aws'],
  {
    address = '127.0.0.1',
    pause = ms => pauseMs(ms, undefined, { ref: false }),
  }: Omit<FaultProxyOptions, 'kube' | 'aws'>,
): Promise<AwsFaultProxy & { urlOf(target: Target): string }> {
  const injections = createInjections();
  const relay = createRelay(injections, pause);
  const regions = Object.entries(aws).map(([region, url]) => ({ target: `aws/${region}`, url }) as const);
  const fronts = await startFronts([...kube, ...regions], address, relay);
  const urlOf = (target: Target): string => fronts.of(target).url;
  const count = (which: 'accepted' | 'open') =>
    Object.fromEntries(fronts.targets.map(target => [target, fronts.of(target).sockets[which]])) as Record<
      Target,
      number
    >;
  return {
    urlOf,
    aws: Object.fromEntries(Object.keys(aws).map(region => [region, urlOf(`aws/${region}`)])),
    calls: relay.calls,
    sockets: {
      get accepted() {
        return count('accepted');
      },
      get open() {
        return count('open');
      },
    },
    inject: (fault, matches = () => true, times = Number.POSITIVE_INFINITY) => injections.add(fault, matches, times),
    disconnect(target) {
      for (const each of target === undefined ? fronts.targets : [target]) fronts.of(each).disconnect();
    },
    blackhole: target => fronts.of(target).blackhole(),
    async stop() {
      await fronts.stop();
      if (relay.errors.length > 0) throw new AggregateError(relay.errors, `the fault proxy failed: ${relay.errors[0]}`);
    },
  };
}

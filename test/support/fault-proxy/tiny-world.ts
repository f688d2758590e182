import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Outcome } from './call.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import type { Fault } from './fault-types.ts';
import type { Matcher } from './injections.ts';
import { createTinyClient, startTinyUpstream, type TinyClient, type TinyUpstream } from './tiny-upstream.ts';

export const [WEST, CENTRAL] = ['eu-west-1', 'eu-central-1'] as const;
export const WAIT = { timeoutMs: 5_000, intervalMs: 5 } as const;

/** A proxy before one tiny server that is the API server and both regions, and a client; for one test file. */
export interface TinyWorld {
  readonly upstream: TinyUpstream;
  readonly proxy: FaultProxy;
  readonly client: TinyClient;
  /** As the proxy's, until the end of the test at the latest. */
  inject(fault: Fault, matches?: Matcher, times?: number): () => void;
  getKube(name?: string, signal?: AbortSignal): Promise<string>;
  getAws(SecretId?: string, region?: string): Promise<string>;
  /** Of the last call. */
  outcome(): Outcome | undefined;
}

export function useTinyWorld(): TinyWorld {
  const world = {} as { -readonly [K in keyof TinyWorld]: TinyWorld[K] };
  const ends: (() => void)[] = [];
  Object.assign(world, {
    client: createTinyClient(),
    inject(fault, matches, times) {
      const end = world.proxy.inject(fault, matches, times);
      ends.push(end);
      return end;
    },
    getKube: (name = 'a', signal) =>
      world.client.get(`${world.proxy.kube.url}/api/v1/namespaces/shop/secrets/${name}`, signal),
    getAws: (SecretId = 'a', region = WEST) =>
      world.client.aws(world.proxy.aws[region] ?? '', 'GetSecretValue', { SecretId }),
    outcome: () => world.proxy.calls.at(-1)?.outcome,
  } satisfies Partial<TinyWorld>);

  beforeAll(async () => {
    world.upstream = await startTinyUpstream();
    const { url } = world.upstream;
    const kube = { url, token: 'the-token', certificateAuthority: 'ca.crt' };
    world.proxy = await startFaultProxy({ kube, aws: { [WEST]: url, [CENTRAL]: url } });
  });
  afterEach(() => {
    for (const end of ends.splice(0)) end();
    world.upstream.say(undefined);
  });
  afterAll(async () => {
    await world.client.stop();
    await world.proxy.stop();
    await world.upstream.stop();
  });
  return world;
}

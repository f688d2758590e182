import type { Agent } from 'node:http';
import type { Target } from './call.ts';
import { type Listener, startListener } from './listener.ts';
import type { Relay } from './relay.ts';
import { createUpstream, createUpstreamAgent } from './upstream.ts';

/** A real server, and how to stand in front of it. */
export interface Front {
  readonly target: Target;
  /** Of the real server. */
  readonly url: string;
  /** Certificate of the real server, in PEM; absent where it is plain HTTP. */
  readonly ca?: Buffer;
  /** Its connections to the real server, which outlive it. Default: of its own. */
  readonly agent?: Agent | undefined;
  /** Its key: it is then served here too. Absent: plain HTTP is. */
  readonly key?: Buffer;
}

/** The listeners of all targets. */
export interface Fronts {
  readonly targets: readonly Target[];
  /** The listener of a target. Throws an error that names those that there are. */
  of(target: Target): Listener;
  stop(): Promise<void>;
}

export async function startFronts(all: readonly Front[], address: string, relay: Relay): Promise<Fronts> {
  const started = await Promise.all(
    all.map(async ({ target, url, ca, key, agent: shared }) => {
      const agent = shared ?? createUpstreamAgent(ca);
      const upstream = createUpstream(url, agent);
      const tls = ca && key && { cert: ca, key };
      const onRequest: Parameters<typeof startListener>[0]['onRequest'] = (request, client) =>
        relay.take(target, upstream, request, client);
      const end = (): void => {
        upstream.stop();
        if (shared === undefined) agent.destroy();
      };
      return { target, end, listener: await startListener({ address, tls, onRequest }) };
    }),
  );
  const targets = started.map(({ target }) => target);
  return {
    targets,
    of(target) {
      const found = started.find(front => front.target === target);
      if (found === undefined) throw new Error(`no target ${target}: there are ${targets.join(', ')}`);
      return found.listener;
    },
    async stop() {
      await Promise.all(started.map(({ listener }) => listener.stop()));
      for (const { end } of started) end();
    },
  };
}

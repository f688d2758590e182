import type { Transport } from '../src/kube/transport/transport.ts';
import { type WatchEvent, watchEvents } from '../src/kube/watch/watch-stream.ts';
import type { Teardown } from '../test/support/teardown.ts';
import { AWS_SECRETS, NAMESPACE } from './cluster.ts';

export interface Sighting {
  readonly password: string;
  /** When the watch first showed this password, on the clock of `performance.now()`. */
  readonly atMs: number;
}

/** What two watches, of Secrets and of AwsSecrets, have shown so far, by name. */
export interface Observer {
  readonly secrets: ReadonlyMap<string, Sighting>;
  /** When each AwsSecret's status first said Ready=True of its present generation. */
  readonly readyAtMs: ReadonlyMap<string, number>;
  /** The region that each status names. */
  readonly regions: ReadonlyMap<string, string>;
  /** Throws when a watch could not be resumed: what came after is unknown, and the run is void. */
  assertWatching(): void;
  stop(): Promise<void>;
}

interface Observed {
  readonly metadata: { readonly name: string; readonly generation?: number };
  readonly data?: Readonly<Record<string, string>>;
  readonly status?: {
    readonly observedGeneration?: number;
    readonly sources?: readonly { readonly region?: string }[];
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

type Seen = (object: Observed, atMs: number) => void;

const SECRETS = `/api/v1/namespaces/${NAMESPACE}/secrets`;
const HOUR_S = 3_600;

/** Returns when both watches are open. */
export async function startObserver(transport: Transport, teardown: Teardown): Promise<Observer> {
  const secrets = new Map<string, Sighting>();
  const readyAtMs = new Map<string, number>();
  const regions = new Map<string, string>();
  const ended: string[] = [];
  const stopping = new AbortController();
  const { signal } = stopping;

  const follow = async (path: string, seen: Seen): Promise<() => Promise<void>> => {
    let version = await listVersion(transport, path);
    let events = await openWatch(transport, path, version, signal);
    /** Undefined when nothing is lost: the API server ends a watch that is read too slowly, which others may cause. */
    const loss = async (): Promise<string | undefined> => {
      for await (const { type, object } of events) {
        if (type === 'ERROR') return path;
        version = object.metadata.resourceVersion;
        if (type !== 'DELETED' && type !== 'BOOKMARK') seen(object as Observed, performance.now());
      }
      return undefined;
    };
    return async () => {
      while (!signal.aborted) {
        const lost = await loss();
        if (lost !== undefined) ended.push(lost);
        if (lost !== undefined || signal.aborted) return;
        events = await openWatch(transport, path, version, signal);
      }
    };
  };
  const runs = await Promise.all([
    follow(SECRETS, ({ metadata: { name }, data }, atMs) => {
      const password = Buffer.from(data?.['password'] ?? '', 'base64').toString();
      if (secrets.get(name)?.password !== password) secrets.set(name, { password, atMs });
    }),
    follow(AWS_SECRETS, ({ metadata: { name, generation }, status }, atMs) => {
      const isReady = status?.conditions?.some(condition => condition.type === 'Ready' && condition.status === 'True');
      if (!isReady || status?.observedGeneration !== generation) readyAtMs.delete(name);
      else if (!readyAtMs.has(name)) readyAtMs.set(name, atMs);
      regions.set(name, status?.sources?.[0]?.region ?? '');
    }),
  ]);
  const following = runs.map(run =>
    run().catch((error: Error) => {
      if (!signal.aborted) ended.push(error.message);
    }),
  );
  const stop = async (): Promise<void> => {
    stopping.abort();
    await Promise.all(following);
  };
  teardown.add(stop);
  return {
    secrets,
    readyAtMs,
    regions,
    assertWatching() {
      if (ended.length > 0) throw new Error(`a watch was lost (${ended.join(', ')}): run the benchmark again`);
    },
    stop,
  };
}

async function listVersion(transport: Transport, path: string): Promise<string> {
  const list = await transport.call({ method: 'GET', path, query: { limit: '1' } });
  if (!list.ok) throw new Error(`GET ${path}: ${list.error.status} ${list.error.reason}`);
  return (list.value as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
}

async function openWatch(
  transport: Transport,
  path: string,
  resourceVersion: string,
  signal: AbortSignal,
): Promise<AsyncGenerator<WatchEvent>> {
  const query = { watch: 'true', resourceVersion, timeoutSeconds: String(HOUR_S) };
  const stream = await transport.stream({ method: 'GET', path, query }, HOUR_S * 1000, signal);
  if (!stream.ok) throw new Error(`watch of ${path}: ${stream.error.status} ${stream.error.reason}`);
  return watchEvents(stream.value);
}

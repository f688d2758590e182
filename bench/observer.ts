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
  /** Throws when a watch has ended: what came after is unknown, and the run is void. */
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

  const record = async (path: string, events: AsyncGenerator<WatchEvent>, seen: Seen): Promise<void> => {
    for await (const { type, object } of events) {
      if (type === 'ERROR') break;
      if (type !== 'DELETED') seen(object as Observed, performance.now());
    }
    ended.push(path);
  };
  const open = (path: string) => openWatch(transport, path, stopping.signal);
  const [secretEvents, awsSecretEvents] = await Promise.all([open(SECRETS), open(AWS_SECRETS)]);
  const following = [
    record(SECRETS, secretEvents, ({ metadata: { name }, data }, atMs) => {
      const password = Buffer.from(data?.['password'] ?? '', 'base64').toString();
      if (secrets.get(name)?.password !== password) secrets.set(name, { password, atMs });
    }),
    record(AWS_SECRETS, awsSecretEvents, ({ metadata: { name, generation }, status }, atMs) => {
      const isReady = status?.conditions?.some(condition => condition.type === 'Ready' && condition.status === 'True');
      if (!isReady || status?.observedGeneration !== generation) readyAtMs.delete(name);
      else if (!readyAtMs.has(name)) readyAtMs.set(name, atMs);
      regions.set(name, status?.sources?.[0]?.region ?? '');
    }),
  ];
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
      if (ended.length > 0) throw new Error(`the watch of ${ended.join(', ')} ended: run the benchmark again`);
    },
    stop,
  };
}

async function openWatch(transport: Transport, path: string, signal: AbortSignal): Promise<AsyncGenerator<WatchEvent>> {
  const list = await transport.call({ method: 'GET', path, query: { limit: '1' } });
  if (!list.ok) throw new Error(`GET ${path}: ${list.error.status} ${list.error.reason}`);
  const { resourceVersion } = (list.value as { metadata: { resourceVersion: string } }).metadata;
  const query = { watch: 'true', resourceVersion, timeoutSeconds: String(HOUR_S) };
  const stream = await transport.stream({ method: 'GET', path, query }, HOUR_S * 1000, signal);
  if (!stream.ok) throw new Error(`watch of ${path}: ${stream.error.status} ${stream.error.reason}`);
  return watchEvents(stream.value);
}

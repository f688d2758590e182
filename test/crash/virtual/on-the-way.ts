import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingHttpHeaders } from 'node:http';
import type { Call } from '../../support/fault-proxy/call.ts';
import type { FaultProxy } from '../../support/fault-proxy/fault-proxy.ts';

/** What is between the operator and its proxy, within this process: on a busy machine it may take its time. */
export interface OnTheWay {
  /** Whether a request has not arrived yet, or its answer has not. */
  isTaken(): boolean;
  end(): void;
}

/** As much of undici's request as is needed here. */
interface UndiciRequest {
  readonly origin: string | URL;
  readonly path: string;
  addHeader(name: string, value: string): unknown;
}

interface Sent {
  /** By which it is known again where it arrives. */
  readonly key: string;
  readonly at: number;
}

/** Whatever takes longer, in real milliseconds, waits for something else than this machine, such as a free socket. */
const PATIENCE_MS = 10_000;
const NUMBER = 'x-number';

/** Sees the requests of the AWS SDK, which go through Node's own client, and those to Kubernetes, which go through undici. */
export function watchTheWay({ calls, aws, kube }: Pick<FaultProxy, 'calls' | 'aws' | 'kube'>): OnTheWay {
  const hosts = new Set(Object.values(aws).map(url => new URL(url).host));
  const { origin } = new URL(kube.url);
  const open = new Map<object, Sent>();
  const arrived = new Map<string, Call>();
  let seen = 0;
  let sent = 0;
  const arrivedNow = (): ReadonlyMap<string, Call> => {
    for (const call of calls.slice(seen)) arrived.set(keyOf(call.headers), call);
    seen = calls.length;
    return arrived;
  };
  const onRequest = (request: ClientRequest): void => {
    if (!hosts.has(String(request.getHeader('host')))) return;
    const key = keyOf(request.getHeaders() as IncomingHttpHeaders);
    // The proxy passes on what has arrived with the headers that it had.
    if (arrivedNow().has(key)) return;
    open.set(request, { key, at: performance.now() });
    request.once('close', () => open.delete(request));
  };
  const onKubeRequest = (request: UndiciRequest): void => {
    if (String(request.origin) !== origin) return;
    sent += 1;
    request.addHeader(NUMBER, String(sent));
    open.set(request, { key: keyOf({ [NUMBER]: String(sent) }), at: performance.now() });
  };
  const onEnd = (request: UndiciRequest): void => void open.delete(request);
  const isWatch = ({ path }: UndiciRequest): boolean => path.includes('watch=');
  const onHeaders = (request: UndiciRequest): void => void (isWatch(request) && open.delete(request));
  const channels = {
    'http.client.request.created': onRequest,
    'undici:request:create': onKubeRequest,
    'undici:request:headers': onHeaders,
    'undici:request:trailers': onEnd,
    'undici:request:error': onEnd,
  };
  const listeners = Object.entries(channels).map(([channel, on]) => {
    const listener = (message: unknown): void => on((message as { readonly request: never }).request);
    subscribe(channel, listener);
    return [channel, listener] as const;
  });
  return {
    isTaken() {
      const there = arrivedNow();
      const now = performance.now();
      return [...open.values()].some(({ key, at }) => {
        if (now - at > PATIENCE_MS) return false;
        const call = there.get(key);
        return call === undefined || call.outcome?.status !== undefined;
      });
    },
    end() {
      for (const [channel, listener] of listeners) unsubscribe(channel, listener);
    },
  };
}

/** The SDK names each attempt of each call. */
function keyOf(headers: IncomingHttpHeaders): string {
  return `${headers[NUMBER]} ${headers['amz-sdk-invocation-id']} ${headers['amz-sdk-request']}`;
}

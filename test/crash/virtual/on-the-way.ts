import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingHttpHeaders } from 'node:http';
import type { Call } from '../../support/fault-proxy/call.ts';
import type { FaultProxy } from '../../support/fault-proxy/fault-proxy.ts';

/** What is between the operator and its proxy, within this process: on a busy machine it may take its time. */
export interface OnTheWay {
  /** Whether a request has not arrived yet, or its answer has not; or the SDK is about to ask once more. */
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
/** The SDK's pause before it asks once more, far longer than it is: where it certainly will, and where it may. */
const RETRY_MS = { sure: 3_000, perhaps: 1_000 } as const;
const FIRST = /^attempt=1;/;
const NUMBER = 'x-number';
const INVOCATION = 'amz-sdk-invocation-id';
const ATTEMPT = 'amz-sdk-request';

/** Sees the requests of the AWS SDK, which go through Node's own client, and those to Kubernetes, which go through undici. */
export function watchTheWay({ calls, aws, kube }: Pick<FaultProxy, 'calls' | 'aws' | 'kube'>): OnTheWay {
  const hosts = new Set(Object.values(aws).map(url => new URL(url).host));
  const { origin } = new URL(kube.url);
  const open = new Map<object, Sent>();
  const arrived = new Map<string, Call>();
  /** By what the SDK calls a call: until when it may be made once more. */
  const retries = new Map<string, number>();
  let seen = 0;
  let sent = 0;
  const arrivedNow = (): ReadonlyMap<string, Call> => {
    for (const call of calls.slice(seen)) arrived.set(keyOf(call.headers), call);
    seen = calls.length;
    return arrived;
  };
  const onRequest = (request: ClientRequest): void => {
    if (!hosts.has(String(request.getHeader('host')))) return;
    const headers = request.getHeaders() as IncomingHttpHeaders;
    const [key, call] = [keyOf(headers), String(headers[INVOCATION])];
    // The proxy passes on what has arrived with the headers that it had.
    if (arrivedNow().has(key)) return;
    retries.delete(call);
    open.set(request, { key, at: performance.now() });
    request.once('close', () => {
      open.delete(request);
      const pauseMs = FIRST.test(String(headers[ATTEMPT])) ? retryMs(arrivedNow().get(key)) : 0;
      if (pauseMs > 0) retries.set(call, performance.now() + pauseMs);
    });
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
      if ([...retries.values()].some(until => now < until)) return true;
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
  return `${headers[NUMBER]} ${headers[INVOCATION]} ${headers[ATTEMPT]}`;
}

/** For how long the SDK may pause after a first attempt that ended so: it asks again where nothing came, or trouble. */
function retryMs(call: Call | undefined): number {
  const status = call?.outcome?.status;
  if (status === undefined || status >= 500 || status === 429) return RETRY_MS.sure;
  return status >= 400 ? RETRY_MS.perhaps : 0;
}

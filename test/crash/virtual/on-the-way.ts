import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingHttpHeaders } from 'node:http';
import type { Call } from '../../support/fault-proxy/call.ts';
import type { FaultProxy } from '../../support/fault-proxy/fault-proxy.ts';

/** What is between the SDK and the proxy of AWS, which no count of calls tells: within this process, and on a busy machine for long. */
export interface OnTheWay {
  /** Whether a request has not arrived yet, or its answer has not. */
  isTaken(): boolean;
  end(): void;
}

const CREATED = 'http.client.request.created';
/** Whatever takes longer, in real milliseconds, waits for something else than this machine, such as a free socket. */
const PATIENCE_MS = 10_000;

export function watchTheWay({ calls, aws }: Pick<FaultProxy, 'calls' | 'aws'>): OnTheWay {
  const hosts = new Set(Object.values(aws).map(url => new URL(url).host));
  const open = new Map<string, number>();
  const arrived = new Map<string, Call>();
  let seen = 0;
  const arrivedNow = (): ReadonlyMap<string, Call> => {
    for (const call of calls.slice(seen)) if (call.target !== 'kube') arrived.set(keyOf(call.headers), call);
    seen = calls.length;
    return arrived;
  };
  const onCreated = (message: unknown): void => {
    const { request } = message as { readonly request: ClientRequest };
    const headers = request.getHeaders() as IncomingHttpHeaders;
    const key = keyOf(headers);
    // The proxy passes on what has arrived with the headers that it had.
    if (!hosts.has(headers.host ?? '') || arrivedNow().has(key)) return;
    open.set(key, performance.now());
    request.once('close', () => open.delete(key));
  };
  subscribe(CREATED, onCreated);
  return {
    isTaken() {
      const there = arrivedNow();
      const isMoving = ([key, at]: readonly [string, number]): boolean => {
        if (performance.now() - at > PATIENCE_MS) return false;
        const call = there.get(key);
        return call === undefined || call.outcome?.status !== undefined;
      };
      return [...open].some(isMoving);
    },
    end: () => unsubscribe(CREATED, onCreated),
  };
}

/** What the SDK calls one attempt of one call. */
function keyOf(headers: IncomingHttpHeaders): string {
  return `${headers['amz-sdk-invocation-id']} ${headers['amz-sdk-request']}`;
}

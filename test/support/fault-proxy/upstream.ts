import http from 'node:http';
import https from 'node:https';
import { createSecureContext } from 'node:tls';
import { type Answer, endToEnd } from './answer.ts';
import type { WireRequest } from './call.ts';

/** The real server. */
export interface Upstream {
  /**
   * Sends the request as it came; the body of the answer streams. Rejects with NoAnswer when the server is away, breaks
   * off, or `signal` aborts; the chunks do so too.
   */
  send(request: WireRequest, signal?: AbortSignal): Promise<Answer>;
  /** Breaks off what is under way; nothing is sent any more. */
  stop(): void;
}

/** The real server did not answer, or not wholly. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** Far shorter than servers keep idle connections: a call is never sent into one that is just being closed. */
const IDLE_MS = 5_000;

/** Keeps connections for any number of upstreams; `ca` in PEM, for https URLs. */
export function createUpstreamAgent(ca?: Buffer): http.Agent {
  const keep = { keepAlive: true, timeout: IDLE_MS } as const;
  return ca === undefined
    ? new http.Agent(keep)
    : new https.Agent({ ...keep, secureContext: createSecureContext({ ca }) });
}

/** Through connections of `agent`, which has to know the CA of an https URL. */
export function createUpstream(url: string, agent: http.Agent): Upstream {
  const { protocol, hostname, port } = new URL(url);
  const { request: open } = protocol === 'https:' ? https : http;
  const underWay = new Set<http.ClientRequest>();
  let isStopped = false;
  return {
    send: ({ method, path, rawHeaders, bytes }, signal) =>
      new Promise((resolve, reject) => {
        if (isStopped) throw new NoAnswer(`${url} is not called any more`);
        const request = open({ agent, hostname, port, method, path, headers: endToEnd(rawHeaders) });
        underWay.add(request);
        const discard = (): void => {
          request.destroy();
        };
        signal?.addEventListener('abort', discard, { once: true });
        request.on('response', response => {
          const { statusCode: status = 0, statusMessage: phrase = '', rawHeaders } = response;
          // Else a connection that breaks while nobody reads would be an unhandled error.
          response.on('error', () => undefined);
          resolve({ head: { status, phrase, headers: endToEnd(rawHeaders) }, chunks: chunksOf(response), discard });
        });
        request.on('error', cause => reject(new NoAnswer(`${url} did not answer`, { cause })));
        request.on('close', () => {
          underWay.delete(request);
          signal?.removeEventListener('abort', discard);
          reject(new NoAnswer(`${url} did not answer: the connection was closed`));
        });
        if (signal?.aborted) discard();
        else request.end(bytes.length > 0 ? bytes : undefined);
      }),
    stop() {
      isStopped = true;
      for (const request of underWay) request.destroy();
    },
  };
}

async function* chunksOf(response: http.IncomingMessage): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of response) yield chunk as Buffer;
  } catch (cause) {
    throw new NoAnswer('the server broke off its answer', { cause });
  }
}

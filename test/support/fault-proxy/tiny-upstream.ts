import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Agent, request } from 'undici';

/** A server that the proxy stands before: answers all it is asked, and remembers it. */
export interface TinyUpstream {
  readonly url: string;
  /** `METHOD path body`, in order. */
  readonly asked: readonly string[];
  /** Their headers, names and values in turn. */
  readonly headers: readonly (readonly string[])[];
  /** How many watches are open. */
  readonly watches: number;
  /** Sends each of these events to all watches, as a line of JSON. */
  tell(...events: readonly unknown[]): void;
  /** Breaks the connections of all watches. */
  breakWatches(): void;
  /** The body of all answers from now on; undefined, as in the beginning, for the number of the request. */
  say(body: string | undefined): void;
  /** So many of the next answers have status 500. */
  trip(times: number): void;
  stop(): Promise<void>;
}

export async function startTinyUpstream(): Promise<TinyUpstream> {
  const asked: string[] = [];
  const headers: (readonly string[])[] = [];
  const watches = new Set<ServerResponse>();
  let said: string | undefined;
  let trips = 0;
  const server = createServer(async (incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url} ${await text(incoming)}`);
    headers.push(incoming.rawHeaders);
    trips -= 1;
    response.writeHead(trips >= 0 ? 500 : 200, ['Content-Type', 'application/json', 'X-Twice', 'a', 'X-Twice', 'b']);
    if (incoming.url?.includes('watch=true')) {
      response.flushHeaders();
      watches.add(response);
      response.on('close', () => watches.delete(response));
      return;
    }
    response.end(said ?? String(asked.length));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    headers,
    get watches() {
      return watches.size;
    },
    tell(...events) {
      for (const watch of watches) watch.write(events.map(event => `${JSON.stringify(event)}\n`).join(''));
    },
    breakWatches() {
      for (const watch of watches) watch.socket?.resetAndDestroy();
    },
    say(body) {
      said = body;
    },
    trip(times) {
      trips = times;
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What a client saw: `status body`, or the code of what broke. */
export interface TinyClient {
  get(url: string, signal?: AbortSignal): Promise<string>;
  /** A call of Secrets Manager; of another service where the operation has its prefix, such as `AmazonSSM.`. */
  aws(url: string, operation: string, body: object): Promise<string>;
  stop(): Promise<void>;
}

/** With at most so many connections to each server; default: as many as calls. */
export function createTinyClient(connections: number | null = null): TinyClient {
  const dispatcher = new Agent({ connections });
  const send = async (url: string, options: Parameters<typeof request>[1]): Promise<string> => {
    try {
      const { statusCode, body } = await request(url, { dispatcher, ...options });
      return `${statusCode} ${await body.text()}`;
    } catch (error) {
      const { code, name } = error as { readonly code?: string; readonly name: string };
      return typeof code === 'string' ? code : name;
    }
  };
  return {
    get: (url, signal) => send(url, { ...(signal && { signal }) }),
    aws: (url, operation, body) =>
      send(url, {
        method: 'POST',
        headers: { 'x-amz-target': operation.includes('.') ? operation : `secretsmanager.${operation}` },
        body: JSON.stringify(body),
      }),
    stop: () => dispatcher.destroy(),
  };
}

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/** Undefined when all is well, else what is not. */
export type Check = () => string | undefined;

export interface TelemetryServer {
  /** `host:port` it listens on. */
  readonly address: string;
  close(): Promise<void>;
}

export interface TelemetryOptions {
  /** `:8080` for all interfaces, or `host:port`; port 0 takes a free one. */
  readonly bindAddress: string;
  readonly registry: Registry;
  /** Whether only a restart helps. An API server or an AWS that is away must not fail it. */
  readonly live: Check;
  readonly ready: Check;
}

/** Serves /livez, /readyz and /metrics. Rejects when the address cannot be had. */
export async function serveTelemetry({
  bindAddress,
  registry,
  live,
  ready,
}: TelemetryOptions): Promise<TelemetryServer> {
  const server = createServer((request, response) => {
    const respond = (status: number, text: string, type = 'text/plain; charset=utf-8'): void => {
      response.writeHead(status, { 'content-type': type }).end(text);
    };
    const check = (of: Check): void => {
      const problem = of();
      respond(problem === undefined ? 200 : 503, problem ?? 'ok');
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') return respond(405, 'only GET');
    switch (request.url?.split('?')[0]) {
      case '/livez':
        return check(live);
      case '/readyz':
        return check(ready);
      case '/metrics':
        registry.metrics().then(
          text => respond(200, text, registry.contentType),
          () => respond(500, 'metrics could not be collected'),
        );
        return;
      default:
        return respond(404, 'not found');
    }
  });
  await listen(server, bindAddress);
  const { address, port } = server.address() as AddressInfo;
  return {
    address: `${address.includes(':') ? `[${address}]` : address}:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>(resolve => server.close(() => resolve()));
    },
  };
}

function listen(server: Server, bindAddress: string): Promise<void> {
  const colon = bindAddress.lastIndexOf(':');
  const host = bindAddress.slice(0, colon).replace(/^\[|\]$/g, '');
  const port = Number(bindAddress.slice(colon + 1));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host !== '' && { host }) }, resolve);
  });
}

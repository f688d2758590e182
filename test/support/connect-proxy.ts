import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** How the proxy meets a tunnel that is asked for. */
export type Passage = 'open' | 'refused' | 'silent' | 'leads nowhere';

/** A forward proxy that leads every tunnel and every request to one port of this machine, whatever its host. */
export interface ConnectProxy {
  /** `host:port` of each tunnel that was asked for, in order; of a request without a tunnel its URL; `handshake` in one that leads nowhere. */
  readonly asked: readonly string[];
  /** Proxy-Authorization of the last. */
  readonly authorization: string | undefined;
  readonly port: number;
  /** How many clients are connected. */
  readonly clients: number;
  /** Forgets what was asked. */
  reset(passage?: Passage): void;
  stop(): Promise<void>;
}

const ESTABLISHED = 'HTTP/1.1 200 Connection Established\r\n\r\n';

export async function startConnectProxy(targetPort: () => number): Promise<ConnectProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  let authorization: string | undefined;
  let passage: Passage = 'open';
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end('{}');
  });
  server.on('connection', socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  });
  server.on('connect', (request, client) => {
    asked.push(request.url ?? '');
    authorization = request.headers['proxy-authorization'];
    if (passage === 'refused') return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    if (passage === 'silent' || passage === 'leads nowhere') {
      if (passage === 'leads nowhere') client.write(ESTABLISHED);
      client.once('data', () => asked.push('handshake'));
      client.on('end', () => client.destroy());
      return;
    }
    const target = connect(targetPort(), '127.0.0.1', () => {
      client.write(ESTABLISHED);
      target.pipe(client).pipe(target);
    });
    target.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.on('error', () => target.destroy()).on('close', () => target.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    asked,
    get authorization() {
      return authorization;
    },
    port: (server.address() as AddressInfo).port,
    get clients() {
      return sockets.size;
    },
    reset(next = 'open') {
      passage = next;
      asked.length = 0;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

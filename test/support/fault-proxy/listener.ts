import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { WireRequest } from './call.ts';
import { type Client, createClient } from './client.ts';
import { createGate } from './gate.ts';

/** The address at which one target's calls come in. */
export interface Listener {
  readonly url: string;
  /** TCP connections. */
  readonly sockets: { readonly accepted: number; readonly open: number };
  /** Breaks every connection (RST). */
  disconnect(): void;
  /** Nothing is answered until the returned function is called; a new TLS connection stays without a handshake. */
  blackhole(): () => void;
  stop(): Promise<void>;
}

export interface ListenerOptions {
  readonly address: string;
  /** In PEM; without it plain HTTP is served. */
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | undefined;
  /** Called for each request once it is wholly received. */
  readonly onRequest: (request: WireRequest, client: Client) => void;
}

export async function startListener({ address, tls, onRequest }: ListenerOptions): Promise<Listener> {
  const gate = createGate();
  const sockets = new Map<string, Socket>();
  let accepted = 0;
  // Never listens itself: it is handed the connections, so that each one is seen below TLS.
  const server = tls === undefined ? createHttpServer() : createHttpsServer(tls);
  // As AWS and the API server do, keep connections for longer than their clients.
  Object.assign(server, { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
  server.on('request', (request, response) => {
    const socket = sockets.get(peer(request.socket));
    if (socket === undefined) return;
    const client = createClient(response, socket, gate);
    const { method = '', url: path = '', headers, rawHeaders } = request;
    // One that breaks off within its request has not called.
    buffer(request).then(
      bytes => onRequest({ method, path, headers, rawHeaders, bytes }, client),
      () => undefined,
    );
  });
  // Without noDelay each answer, whose head leaves before its body, would wait for the client's delayed acknowledgement.
  const front = createServer({ pauseOnConnect: tls !== undefined, noDelay: true }, socket => {
    const key = peer(socket);
    accepted += 1;
    sockets.set(key, socket);
    socket.on('close', () => sockets.delete(key));
    socket.on('error', () => undefined);
    const admit = () => socket.destroyed || server.emit('connection', socket);
    if (tls !== undefined && gate.isShut) void gate.opened().then(admit);
    else admit();
  });
  front.listen(0, address);
  await once(front, 'listening');
  const { port } = front.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${address}:${port}`,
    get sockets() {
      return { accepted, open: sockets.size };
    },
    disconnect: () => {
      for (const socket of sockets.values()) socket.resetAndDestroy();
    },
    blackhole: () => gate.shut(),
    async stop() {
      const closed = once(front, 'close');
      front.close();
      for (const socket of sockets.values()) socket.destroy();
      await closed;
    },
  };
}

function peer({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

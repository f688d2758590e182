import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Certificate } from './certificates.ts';
import { parseObject } from './fault-proxy/json.ts';

/** A request of AWS's JSON protocol. */
export interface AwsRequest {
  /** Such as `AmazonSSM.GetParameters`. */
  readonly target: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** The access key that it is signed with. */
  readonly accessKey: string;
  readonly userAgent: string;
  readonly host: string;
}

/** A body with status 200; an error of AWS's by its code; or nothing, with the connection left open. */
export type AwsReply =
  | { readonly body: unknown }
  | { readonly error: string; readonly status?: number }
  | { readonly silent: true };

type Reply = AwsReply | ((request: AwsRequest) => AwsReply);

/** A server that speaks AWS's JSON protocol, for one test file. */
export interface AwsServer {
  readonly url: string;
  readonly port: number;
  /** In the order in which they came; those since the last `say`. */
  readonly asked: readonly AwsRequest[];
  /** Answers in turn, the last of them again and again; a function chooses by the request. */
  say(...replies: readonly Reply[]): void;
  stop(): Promise<void>;
}

/** By HTTPS where a certificate is given. */
export async function startAwsServer(certificate?: Certificate): Promise<AwsServer> {
  const asked: AwsRequest[] = [];
  let replies: readonly Reply[] = [];
  const listener: RequestListener = async (incoming, response) => {
    const { headers } = incoming;
    const request = {
      target: String(headers['x-amz-target']),
      body: parseObject(await text(incoming)) ?? {},
      accessKey: /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1] ?? '',
      userAgent: headers['user-agent'] ?? '',
      host: headers.host ?? '',
    };
    const next = replies[Math.min(asked.length, replies.length - 1)] ?? { silent: true };
    asked.push(request);
    const reply = typeof next === 'function' ? next(request) : next;
    if ('silent' in reply) return;
    const status = 'error' in reply ? (reply.status ?? 400) : 200;
    const body = 'error' in reply ? { __type: reply.error, message: 'says the test' } : reply.body;
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  };
  const server: Server =
    certificate === undefined ? createHttpServer(listener) : createHttpsServer(certificate, listener);
  server.listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    asked,
    say(...next) {
      replies = next;
      asked.length = 0;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

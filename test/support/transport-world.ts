import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { type Call, createTransport, type TransportOptions } from '../../src/kube/transport/transport.ts';
import { createFakeClock } from './fake-clock.ts';

export const WAIT = { timeoutMs: 5_000, intervalMs: 2 } as const;
export const GET: Call = { method: 'GET', path: '/api/v1/secrets' };
export const POST: Call = { method: 'POST', path: '/api/v1/namespaces/shop/secrets', body: { kind: 'Secret' } };
export const NO_ANSWER = { ok: false, error: { status: 0, reason: 'NoAnswer', fields: [], causes: [] } };

interface Asked {
  readonly line: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/**
 * A server that answers as told, and the transport to it, until the test ends. `token-1`, `token-2`, … are read one after
 * the other.
 */
export async function transportWorld(answer: RequestListener, options: Partial<TransportOptions> = {}) {
  const asked: Asked[] = [];
  const codes: string[] = [];
  const reads: boolean[] = [];
  let connections = 0;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    asked.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
    answer(request, response);
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const clock = createFakeClock();
  const transport = await createTransport({
    connection: {
      server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      namespace: 'ops',
      isInCluster: false,
      tls: async () => ({}),
      async authorization(renew) {
        if (renew || reads.length === 0) reads.push(renew);
        return `Bearer token-${reads.length}`;
      },
    },
    clock,
    userAgent: 'test/1',
    metrics: { requested: (method, code) => codes.push(`${method} ${code}`) },
    ...options,
  });
  onTestFinished(async () => {
    await transport.close();
    server.closeAllConnections();
    server.close();
  });
  return { asked, codes, reads, clock, transport, server, connections: () => connections };
}

export const json = (response: ServerResponse, status: number, body: unknown, headers = {}) =>
  response.writeHead(status, headers).end(JSON.stringify(body));

/** Answers with each of these in turn, and with the last one for ever. */
export function inTurn(...answers: readonly ((response: ServerResponse) => unknown)[]): RequestListener {
  let count = 0;
  return (_, response) => {
    answers[Math.min(count, answers.length - 1)]?.(response);
    count += 1;
  };
}

export const fine = (response: ServerResponse) => json(response, 200, { fine: true });
export const unknown = (response: ServerResponse) => json(response, 401, { reason: 'Unauthorized' });
export const busy =
  (retryAfter?: string, status = 429) =>
  (response: ServerResponse) =>
    json(response, status, { reason: 'Busy' }, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
export const hang = () => undefined;

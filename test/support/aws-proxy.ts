import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface AwsCall {
  /** As AWS names it, such as GetSecretValue. */
  readonly operation: string;
  readonly body: string;
}

/** What happens to a call instead of being forwarded: an AWS error, or no answer at all. */
export type Fault = { readonly code: string; readonly status: number } | 'reset' | 'hang';

export interface AwsProxy {
  readonly url: string;
  /** Every call so far, also those that were made to fail. */
  readonly calls: readonly AwsCall[];
  count(operation: string): number;
  /** From now on `fault` meets every call that it matches; the returned function ends it. */
  inject(fault: Fault, matches?: (call: AwsCall) => boolean): () => void;
  stop(): Promise<void>;
}

/** Stands between the operator and one region of AWS: records every call, and makes some fail. */
export async function startAwsProxy(upstream: string, address = '127.0.0.1'): Promise<AwsProxy> {
  const calls: AwsCall[] = [];
  const faults = new Set<{ readonly fault: Fault; readonly matches: (call: AwsCall) => boolean }>();

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const call = { operation: operationOf(request, body), body };
    calls.push(call);
    const injected = [...faults].find(({ matches }) => matches(call));
    if (injected !== undefined) return fail(injected.fault, request, response);
    const headers = Object.entries(request.headers).filter(([name]) => name !== 'host' && name !== 'connection');
    const answer = await fetch(upstream + request.url, {
      method: request.method ?? 'POST',
      headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
      body,
    });
    const type = answer.headers.get('content-type') ?? 'application/x-amz-json-1.1';
    response.writeHead(answer.status, { 'content-type': type, 'x-amzn-requestid': 'proxy' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${address}:${port}`,
    calls,
    count: operation => calls.filter(call => call.operation === operation).length,
    inject(fault, matches = () => true) {
      const entry = { fault, matches };
      faults.add(entry);
      return () => faults.delete(entry);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

function operationOf({ headers }: IncomingMessage, body: string): string {
  const target = headers['x-amz-target'];
  return typeof target === 'string' ? (target.split('.')[1] ?? '') : (new URLSearchParams(body).get('Action') ?? '');
}

function fail(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
  if (fault === 'hang') return;
  if (fault === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  response.writeHead(fault.status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': fault.code });
  // AWS puts request ids and names into its messages; ours are canaries that must not come out anywhere.
  response.end(JSON.stringify({ __type: fault.code, message: 'canary-of-an-aws-message' }));
}

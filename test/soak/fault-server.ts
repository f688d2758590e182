/**
 * The fault proxy in a process of its own, so that what it holds is not counted, and its work is done beside the operator's.
 * `node fault-server.ts`, with SOAK_UPSTREAM: a JSON object of its options. It prints its addresses as a line of JSON. Its
 * control calls are POSTs: /storm, /calm, /disconnect, /counts.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { type FaultProxy, type FaultProxyOptions, startFaultProxy } from '../support/fault-proxy/fault-proxy.ts';
import { startStorm } from './storm.ts';

/** What the operator was answered so far, as the proxy has seen it. */
export interface ProxyCounts {
  readonly calls: number;
  /** Watches answered 200. */
  readonly watches: number;
  /** Calls that a fault has met, by its kind. */
  readonly faults: Readonly<Record<string, number>>;
  /** Connections of the operator to the API server, accepted so far and open now. */
  readonly accepted: number;
  readonly open: number;
}

export interface FaultServerOptions extends FaultProxyOptions {
  /** Events of a watch between two cuts, on average. */
  readonly eventsPerCut: number;
}

function countsOf({ calls, sockets }: FaultProxy): ProxyCounts {
  const faults: Record<string, number> = {};
  for (const { outcome } of calls) {
    if (outcome?.fault !== undefined) faults[outcome.fault] = (faults[outcome.fault] ?? 0) + 1;
  }
  const watches = calls.filter(({ verb, outcome }) => verb === 'watch' && outcome?.status === 200).length;
  const { accepted, open } = sockets;
  return { calls: calls.length, watches, faults, accepted: accepted.kube, open: open.kube };
}

async function serve(options: FaultServerOptions): Promise<void> {
  const proxy = await startFaultProxy(options);
  let endStorm = (): void => undefined;
  const actions: Readonly<Record<string, () => unknown>> = {
    '/storm': () => {
      endStorm = startStorm(proxy, options.eventsPerCut);
    },
    '/calm': () => {
      endStorm();
      proxy.disconnect();
    },
    '/disconnect': () => proxy.disconnect(),
    '/counts': () => countsOf(proxy),
  };
  const server = createServer((request, response) => {
    const action = actions[request.url ?? ''];
    const body = JSON.stringify(action?.() ?? {});
    response.writeHead(action === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const control = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.stdout.write(`${JSON.stringify({ control, kube: proxy.kube.url, aws: proxy.aws })}\n`);
}

await serve(JSON.parse(process.env['SOAK_UPSTREAM'] ?? ''));

import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** How far a signature's time may be off: docs.aws.amazon.com/IAM, "Troubleshoot Signature Version 4". */
const TOLERANCE_MS = 300_000;

export interface StrictAws {
  readonly url: string;
  /** How many calls were refused for their time. */
  readonly refused: number;
}

/** AWS's own strictness about time, in front of a stand-in that has none; until the test ends. */
export async function startStrictAws(upstream: string): Promise<StrictAws> {
  let refused = 0;
  const server = createServer((incoming, response) => {
    const isSkewed = Math.abs(signedAt(incoming.headers['x-amz-date']) - Date.now()) > TOLERANCE_MS;
    if (isSkewed) {
      refused += 1;
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ __type: 'InvalidSignatureException', message: 'Signature expired' }));
      incoming.resume();
      return;
    }
    const { method, headers } = incoming;
    const outgoing = request(`${upstream}${incoming.url}`, { method, headers }, answer => {
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, date: new Date().toUTCString() });
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get refused() {
      return refused;
    },
  };
}

/** `20301231T235959Z` in milliseconds. A call that is not signed, as those by which credentials are had, is of now. */
function signedAt(text: string | string[] | undefined): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(text));
  if (parts === null) return Date.now();
  const [, year, month, day, hour, minute, second] = parts.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}

import { KUBE_CANARY } from './fault.ts';
import type { EventPass } from './fault-types.ts';
import { kubeStatus } from './refusal.ts';

const NEWLINE = 10;

/** The lines of a stream, each with its newline and as soon as it is whole; what follows the last one is left out. */
export async function* linesOf(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer, void> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
      yield rest.subarray(0, end + 1);
      rest = rest.subarray(end + 1);
    }
  }
}

/** The lines of a stream after each has gone through `pass`. */
export async function* passed(chunks: Parameters<typeof linesOf>[0], pass: EventPass): AsyncGenerator<Buffer, void> {
  for await (const line of linesOf(chunks)) yield* await pass(line);
}

/** The event by which the API server says that a watch's version is too old. */
export function goneEvent(): Buffer {
  const object = kubeStatus({ status: 410, reason: 'Expired', message: KUBE_CANARY });
  return Buffer.from(`${JSON.stringify({ type: 'ERROR', object })}\n`);
}

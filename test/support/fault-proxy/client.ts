import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Head } from './answer.ts';
import type { Gate } from './gate.ts';

/** Who made a call and waits for its answer. Whatever it is sent waits for an open gate, and is lost when it has left. */
export interface Client {
  /** Aborts when its connection is closed, by whomever, or its answer is complete. */
  readonly gone: AbortSignal;
  /** Waits for an open gate; false when the client left meanwhile. */
  reached(): Promise<boolean>;
  open(head: Head): Promise<void>;
  /** Returns when the bytes have left. */
  write(chunk: Buffer): Promise<void>;
  end(): Promise<void>;
  /** Breaks its connection (RST). */
  reset(): Promise<void>;
}

/** `socket` is the TCP connection below TLS. */
export function createClient(response: ServerResponse, socket: Socket, gate: Gate): Client {
  const left = new AbortController();
  const closed = new Promise<void>(resolve => left.signal.addEventListener('abort', () => resolve(), { once: true }));
  response.on('close', () => left.abort());
  response.on('error', () => undefined);
  response.sendDate = false;

  const reached = async (): Promise<boolean> => {
    if (gate.isShut) await Promise.race([gate.opened(), closed]);
    return !left.signal.aborted;
  };
  const whenReached = async (act: (done: () => void) => void): Promise<void> => {
    if (!(await reached())) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    act(resolve);
    // Node tells nothing about bytes that were under way when the connection broke.
    await Promise.race([promise, closed]);
  };
  return {
    gone: left.signal,
    reached,
    open: ({ status, phrase, headers }) =>
      whenReached(done => {
        response.writeHead(status, phrase, [...headers]);
        response.flushHeaders();
        done();
      }),
    write: chunk =>
      whenReached(done => {
        response.write(chunk, () => done());
      }),
    end: () =>
      whenReached(done => {
        response.end(done);
      }),
    reset: () =>
      whenReached(done => {
        socket.resetAndDestroy();
        done();
      }),
  };
}

import type { Transport } from './transport.ts';

export interface FenceOptions {
  /** Whether this process may change the cluster now. It is asked right before each write is sent. */
  readonly mayWrite: () => boolean;
  /** Aborts when the process is asked to end: no call waits any longer to be sent again. */
  readonly stopping: AbortSignal;
}

/**
 * The transport of a process that may have to stop acting at any moment: one that slept through the end of its lease
 * sends no write when it wakes, whatever it was at. Reads and watches pass.
 */
export function fence(transport: Transport, { mayWrite, stopping }: FenceOptions): Transport {
  return {
    ...transport,
    call: request => transport.call({ ...request, stopping, ...(request.method !== 'GET' && { permitted: mayWrite }) }),
  };
}

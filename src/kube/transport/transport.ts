import { Agent, type Dispatcher, request } from 'undici';
import { type Clock, createDeadline, type Deadline, pause } from '../../controller/runtime/clock.ts';
import { type KubeError, type KubeResult, kubeError } from '../error.ts';
import type { Connection } from './connection.ts';
import { rotatingConnector } from './connector.ts';
import { permittedOn } from './permitted.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  /** How long all attempts together may take. Default: as long as they need. */
  readonly budgetMs?: number;
  /** Asked right before the first byte of each attempt; nothing is sent when it says no. Default: always yes. */
  readonly permitted?: () => boolean;
  /** Goes by a socket of its own, so that no crowd of calls delays it. */
  readonly isUrgent?: boolean;
  /** Ends the wait for a further attempt, and with it the call. Default: `signal`. */
  readonly stopping?: AbortSignal;
  /** Breaks the call off, wherever it is. */
  readonly signal?: AbortSignal;
}

export interface TransportMetrics {
  /** `code` is the HTTP status, or `<error>` when there was no answer, as client-go labels it. */
  requested(method: string, code: string): void;
}

export interface TransportOptions {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly userAgent: string;
  readonly metrics: TransportMetrics;
  /** Told of each answer by what date its server has given it, and when it was asked for (monotonic milliseconds). */
  readonly onDate?: (date: string, askedAt: number) => void;
  /** How long one answer may take. */
  readonly deadlineMs?: number;
  /** How many sockets the calls share. */
  readonly sockets?: number;
  /** How long an answer may be. */
  readonly maxBodyBytes?: number;
}

/** The API server over a few lasting sockets. Watches have sockets of their own, so that they never starve a call. */
export interface Transport {
  call(call: Call): Promise<KubeResult<unknown>>;
  /** Opens a stream of the server's bytes that ends with `signal`, or when nothing came for `idleMs`. */
  stream(call: Call, idleMs: number, signal: AbortSignal): Promise<KubeResult<AsyncIterable<Uint8Array>>>;
  /** Breaks off whatever is still under way. */
  close(): Promise<void>;
}

const ATTEMPTS = 3;
const MAX_RETRY_AFTER_MS = 10_000;
const KEEP_ALIVE_MS = 60_000;
/** No page of a list comes near it; a body that does not end must not take all memory before its time is up. */
const MAX_BODY_BYTES = 256 * 1_024 * 1_024;
const JSON_TYPE = 'application/json';
const NEVER = new AbortController().signal;

export async function createTransport(options: TransportOptions): Promise<Transport> {
  const { connection, clock, metrics, deadlineMs = 15_000, sockets = 32, maxBodyBytes = MAX_BODY_BYTES } = options;
  const connect = rotatingConnector(connection);
  await connection.tls();
  const shared = { connect, keepAliveTimeout: KEEP_ALIVE_MS, allowH2: false } as const;
  const calls = new Agent({ ...shared, connections: sockets, maxResponseSize: maxBodyBytes });
  const urgent = new Agent({ ...shared, connections: 1, maxResponseSize: maxBodyBytes });
  const watches = new Agent({ ...shared, connections: null });

  const send = async (call: Call, { dispatcher, signal, renew }: Sending) => {
    const authorization = await connection.authorization(renew);
    const url = new URL(connection.server + call.path);
    for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value);
    return await request(url, {
      dispatcher: call.permitted === undefined ? dispatcher : permittedOn(dispatcher, call.permitted),
      method: call.method,
      signal,
      // One clock for all: the signal ends what takes too long.
      headersTimeout: 0,
      bodyTimeout: 0,
      headers: {
        accept: call.accept ?? JSON_TYPE,
        'user-agent': options.userAgent,
        ...(call.body !== undefined && { 'content-type': call.contentType ?? JSON_TYPE }),
        ...(authorization !== undefined && { authorization }),
      },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
    });
  };

  /** Sends the call once, and reads the body of a good answer. */
  const attempt = async <T>(
    call: Call,
    sending: Sending,
    read: (body: Body) => T | Promise<T>,
  ): Promise<KubeResult<T>> => {
    const askedAt = clock.monotonic();
    try {
      const { statusCode, headers, body } = await unlessAborted(send(call, sending), sending.signal);
      options.onDate?.(header(headers['date']) ?? '', askedAt);
      const value = statusCode < 300 ? await read(body) : parse(await body.text());
      metrics.requested(call.method, String(statusCode));
      if (statusCode < 300) return { ok: true, value: value as T };
      return { ok: false, error: kubeError(statusCode, value, header(headers['retry-after'])) };
    } catch {
      metrics.requested(call.method, '<error>');
      return { ok: false, error: { status: 0, reason: 'NoAnswer', fields: [], causes: [] } };
    }
  };

  /** Sends a call until an answer stands; see `retryPause`. */
  const persist = async <T>(
    { signal = NEVER, stopping = signal, budgetMs = Number.MAX_SAFE_INTEGER }: Call,
    once: (renew: boolean, leftMs: number) => Promise<KubeResult<T>>,
  ): Promise<KubeResult<T>> => {
    const end = clock.monotonic() + budgetMs;
    let isRenewed = false;
    let result = await once(false, budgetMs);
    for (let left = ATTEMPTS - 1; left > 0 && !result.ok; left -= 1) {
      const pauseMs = retryPause(result.error, isRenewed);
      if (pauseMs === undefined || pauseMs >= end - clock.monotonic()) break;
      if (!(await rest(clock, pauseMs, stopping))) break;
      const leftMs = end - clock.monotonic();
      // The wait may have ended late.
      if (leftMs <= 0) break;
      const renew = result.error.status === 401;
      isRenewed ||= renew;
      result = await once(renew, leftMs);
    }
    return result;
  };

  return {
    call: call =>
      persist(call, async (renew, leftMs) => {
        const deadline = createDeadline(clock, Math.min(deadlineMs, leftMs), call.signal);
        const dispatcher = call.isUrgent ? urgent : calls;
        const result = await attempt(call, { dispatcher, signal: deadline.signal, renew }, body => body.json());
        deadline.end();
        return result;
      }),
    stream: (call, idleMs, signal) =>
      persist<AsyncIterable<Uint8Array>>({ ...call, signal }, async renew => {
        const deadline = createDeadline(clock, deadlineMs, signal);
        const sending = { dispatcher: watches, signal: deadline.signal, renew };
        const result = await attempt(call, sending, body => whileAlive(body, deadline, idleMs));
        if (!result.ok) deadline.end();
        return result;
      }),
    async close() {
      await Promise.all([calls, urgent, watches].map(agent => agent.destroy()));
    },
  };
}

interface Sending {
  readonly dispatcher: Agent;
  readonly signal: AbortSignal;
  /** Whether to read the token anew. */
  readonly renew: boolean;
}

type Body = Dispatcher.ResponseData['body'];

/**
 * How long to wait before the same call may be sent again; undefined where it must not be. 429 and 503 with a
 * Retry-After say that nothing was done, so that even a create may be repeated (client-go does the same). A token that
 * the server does not know is read anew, once.
 */
function retryPause({ status, retryAfterMs }: KubeError, isRenewed: boolean): number | undefined {
  if (status === 401) return isRenewed ? undefined : 0;
  const isBusy = (status === 429 || status === 503) && retryAfterMs !== undefined;
  return isBusy ? Math.min(retryAfterMs, MAX_RETRY_AFTER_MS) : undefined;
}

/** Waits, and tells whether it was not told to stop meanwhile. */
async function rest(clock: Clock, ms: number, stopping: AbortSignal): Promise<boolean> {
  await pause(clock, ms, stopping);
  return ms === 0 || !stopping.aborted;
}

/** The chunks of a stream, each of which renews its deadline. */
async function* whileAlive(body: Body, deadline: Deadline, idleMs: number): AsyncGenerator<Uint8Array> {
  try {
    deadline.renew(idleMs);
    for await (const chunk of body) {
      deadline.renew(idleMs);
      yield chunk;
    }
  } finally {
    deadline.end();
  }
}

/** undici hears a signal only once the request is on a socket; one that still waits for it is dropped then, unsent. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    if (signal.aborted) abort();
  });
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

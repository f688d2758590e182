import { Agent, buildConnector, request } from 'undici';
import type { Clock } from '../controller/runtime/clock.ts';
import { pause } from '../controller/runtime/clock.ts';
import type { Connection } from './connection.ts';
import { type KubeError, type KubeResult, kubeError } from './error.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  /** How long all attempts together may take. Default: as long as they need. */
  readonly budgetMs?: number;
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
  /** How long one answer may take. */
  readonly deadlineMs?: number;
  /** How many sockets the calls share. */
  readonly sockets?: number;
}

/** The API server over a few lasting sockets. Watches have sockets of their own, so that they never starve a call. */
export interface Transport {
  call(call: Call): Promise<KubeResult<unknown>>;
  /** Opens a stream of the server's bytes that ends with `signal`, or when nothing came for `idleMs`. */
  stream(call: Call, idleMs: number, signal: AbortSignal): Promise<KubeResult<AsyncIterable<Uint8Array>>>;
  close(): Promise<void>;
}

const ATTEMPTS = 3;
const CONNECT_MS = 5_000;
const MAX_RETRY_AFTER_MS = 10_000;
const KEEP_ALIVE_MS = 60_000;
const JSON_TYPE = 'application/json';
const NEVER = new AbortController().signal;

export async function createTransport(options: TransportOptions): Promise<Transport> {
  const { connection, clock, metrics, deadlineMs = 15_000, sockets = 32 } = options;
  const connect = rotatingConnector(connection);
  await connection.tls();
  const agent = (connections: number | null): Agent =>
    new Agent({ connect, connections, keepAliveTimeout: KEEP_ALIVE_MS, allowH2: false });
  const calls = agent(sockets);
  const watches = agent(null);

  const send = async (call: Call, dispatcher: Agent, signal: AbortSignal, idleMs: number, renew: boolean) => {
    const authorization = await connection.authorization(renew);
    const url = new URL(connection.server + call.path);
    for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value);
    return await request(url, {
      dispatcher,
      method: call.method,
      signal,
      headersTimeout: deadlineMs,
      bodyTimeout: idleMs,
      headers: {
        accept: call.accept ?? JSON_TYPE,
        'user-agent': options.userAgent,
        ...(call.body !== undefined && { 'content-type': call.contentType ?? JSON_TYPE }),
        ...(authorization !== undefined && { authorization }),
      },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
    });
  };

  const noAnswer = (method: string): { readonly ok: false; readonly error: ReturnType<typeof kubeError> } => {
    metrics.requested(method, '<error>');
    return { ok: false, error: { status: 0, reason: 'NoAnswer', fields: [], causes: [] } };
  };

  const attempt = async (call: Call, renew: boolean, leftMs: number): Promise<KubeResult<unknown>> => {
    try {
      const response = await send(
        call,
        calls,
        AbortSignal.timeout(Math.ceil(Math.min(deadlineMs, leftMs))),
        deadlineMs,
        renew,
      );
      const text = await response.body.text();
      metrics.requested(call.method, String(response.statusCode));
      const body = parse(text);
      if (response.statusCode < 300) return { ok: true, value: body };
      return { ok: false, error: kubeError(response.statusCode, body, header(response.headers['retry-after'])) };
    } catch {
      return noAnswer(call.method);
    }
  };

  return {
    async call(call) {
      const end = clock.monotonic() + (call.budgetMs ?? Number.MAX_SAFE_INTEGER);
      const leftMs = (): number => end - clock.monotonic();
      let result = await attempt(call, false, leftMs());
      for (let left = ATTEMPTS - 1; left > 0 && !result.ok; left -= 1) {
        const pauseMs = retryPause(result.error);
        if (pauseMs === undefined || pauseMs >= leftMs()) break;
        await pause(clock, pauseMs, NEVER);
        result = await attempt(call, result.error.status === 401, leftMs());
      }
      return result;
    },
    async stream(call, idleMs, signal) {
      try {
        const response = await send(call, watches, signal, idleMs, false);
        metrics.requested(call.method, String(response.statusCode));
        if (response.statusCode < 300) return { ok: true, value: response.body };
        if (response.statusCode === 401) await connection.authorization(true);
        const body = parse(await response.body.text());
        return { ok: false, error: kubeError(response.statusCode, body, header(response.headers['retry-after'])) };
      } catch {
        return noAnswer(call.method);
      }
    },
    async close() {
      await Promise.all([calls.close(), watches.destroy()]);
    },
  };
}

/**
 * How long to wait before the same call may be sent again; undefined where it must not be. 429 and 503 with a
 * Retry-After say that nothing was done, so that even a create may be repeated (client-go does the same).
 */
function retryPause({ status, retryAfterMs }: KubeError): number | undefined {
  if (status === 401) return 0;
  const isBusy = (status === 429 || status === 503) && retryAfterMs !== undefined;
  return isBusy ? Math.min(retryAfterMs, MAX_RETRY_AFTER_MS) : undefined;
}

/** Reads the TLS material for every new socket, because CAs and client certificates are replaced while we run. */
function rotatingConnector(connection: Connection): buildConnector.connector {
  let last: { readonly text: string; readonly connector: buildConnector.connector } | undefined;
  const current = async (): Promise<buildConnector.connector> => {
    const material = await connection.tls();
    const text = JSON.stringify(material);
    if (last?.text !== text)
      last = { text, connector: buildConnector({ ...material, timeout: CONNECT_MS, allowH2: false }) };
    return last.connector;
  };
  return (options, callback) => {
    current().then(
      connector => connector(options, callback),
      (error: Error) => callback(error, null),
    );
  };
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

import { Agent, request } from 'undici';
import type { Clock } from '../controller/runtime/clock.ts';
import { pause } from '../controller/runtime/clock.ts';
import type { Connection } from './connection.ts';
import { type KubeResult, kubeError } from './error.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
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
const MAX_RETRY_AFTER_MS = 10_000;
const KEEP_ALIVE_MS = 60_000;
const JSON_TYPE = 'application/json';

export async function createTransport(options: TransportOptions): Promise<Transport> {
  const { connection, clock, metrics, deadlineMs = 15_000, sockets = 32 } = options;
  const agent = async (connections: number | null): Promise<Agent> =>
    new Agent({
      connect: { ...(await connection.tls()), timeout: 5_000 },
      connections,
      keepAliveTimeout: KEEP_ALIVE_MS,
      allowH2: false,
    });
  const calls = await agent(sockets);
  const watches = await agent(null);

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

  const attempt = async (call: Call, renew: boolean): Promise<KubeResult<unknown>> => {
    try {
      const response = await send(call, calls, AbortSignal.timeout(deadlineMs), deadlineMs, renew);
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
      let renew = false;
      for (let left = ATTEMPTS - 1; ; left -= 1) {
        const result = await attempt(call, renew);
        if (result.ok || left === 0) return result;
        const { status, retryAfterMs } = result.error;
        // 429 and 503 say that nothing was done, so that even a create may be sent again (client-go does the same).
        const isBusy = (status === 429 || status === 503) && retryAfterMs !== undefined;
        if (status !== 401 && !isBusy) return result;
        renew = status === 401;
        if (isBusy)
          await pause(clock, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS), AbortSignal.timeout(MAX_RETRY_AFTER_MS));
      }
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

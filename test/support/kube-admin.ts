import { readFile } from 'node:fs/promises';
import { Agent, buildConnector, request } from 'undici';
import type { Clock } from '../../src/controller/runtime/clock.ts';
import { systemClock } from '../../src/controller/runtime/system-clock.ts';
import type { Connection } from '../../src/kube/transport/connection.ts';
import { createTransport, type Transport } from '../../src/kube/transport/transport.ts';

/** Shorter than the API server keeps an idle connection. */
const IDLE_MS = 4_000;

/** An address and an identity that reach the API server. */
export interface KubeAccess {
  readonly url: string;
  readonly token: string;
  readonly certificateAuthority: string;
}

export interface KubeObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly uid: string; readonly kind: string }[];
  };
}

export interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
}

/** The API server with all rights, as a user behind the operator's back. Every call throws what the server says. */
export interface KubeAdmin {
  create<T extends KubeObject>(path: string, body: unknown): Promise<T>;
  get<T extends KubeObject>(path: string): Promise<T | undefined>;
  /** JSON merge patch. */
  patch<T extends KubeObject>(path: string, body: unknown): Promise<T>;
  remove(path: string): Promise<void>;
  /** What the server says to a create that it refuses; fails when it does not. */
  expectRefused(path: string, body: unknown): Promise<Refusal>;
}

function accessConnection({ url, token, certificateAuthority }: KubeAccess, namespace = 'default'): Connection {
  return {
    server: url,
    namespace,
    isInCluster: false,
    tls: async () => (url.startsWith('https:') ? { ca: await readFile(certificateAuthority, 'utf8') } : {}),
    authorization: async () => `Bearer ${token}`,
  };
}

export async function connectTransport(
  access: KubeAccess,
  namespace?: string,
  clock: Clock = systemClock,
): Promise<Transport> {
  const connection = accessConnection(access, namespace);
  return await createTransport({ connection, clock, userAgent: 'test', metrics: { requested: () => undefined } });
}

export function createKubeAdmin(access: KubeAccess): KubeAdmin {
  // One for all calls: a test makes hundreds, and each handshake costs more than the call.
  const dispatcher = new Agent({
    keepAliveTimeout: IDLE_MS,
    connect: (options, callback) => {
      readFile(access.certificateAuthority, 'utf8').then(
        ca => buildConnector({ ca })(options, callback),
        (error: Error) => callback(error, null),
      );
    },
  });
  const send = async (method: string, path: string, body?: unknown, type = 'application/json') => {
    const response = await request(access.url + path, {
      method: method as 'GET',
      dispatcher,
      headers: { authorization: `Bearer ${access.token}`, 'content-type': type },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = (await response.body.json()) as KubeObject & Refusal;
    return { status: response.statusCode, answer };
  };
  const must = async <T>(method: string, path: string, body?: unknown, type?: string): Promise<T> => {
    const { status, answer } = await send(method, path, body, type);
    if (status < 300) return answer as unknown as T;
    throw new Error(`${method} ${path}: ${status} ${answer.message}`);
  };
  return {
    create: (path, body) => must('POST', path, body),
    async get<T>(path: string) {
      const { status, answer } = await send('GET', path);
      if (status === 404) return undefined;
      if (status < 300) return answer as unknown as T;
      throw new Error(`GET ${path}: ${status} ${answer.message}`);
    },
    patch: (path, body) => must('PATCH', path, body, 'application/merge-patch+json'),
    remove: async path => {
      await must('DELETE', path);
    },
    async expectRefused(path, body) {
      const { status, answer } = await send('POST', path, body);
      if (status < 300) throw new Error(`POST ${path} was accepted: ${JSON.stringify(body)}`);
      return { status, reason: answer.reason, message: answer.message };
    },
  };
}

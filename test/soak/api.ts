import type { Transport } from '../../src/kube/transport/transport.ts';
import type { KubeObject } from '../support/kube-admin.ts';

/**
 * The API server past the fault proxy, over lasting connections. Calls are repeated where it did not answer in time, and
 * throw what they are refused.
 */
export interface Api {
  /** The name must be one that nobody else takes. */
  create(path: string, body: object): Promise<void>;
  /** Undefined where there is none. */
  get<T extends KubeObject>(path: string): Promise<T | undefined>;
  /** The objects of a collection, which must fit into one page. */
  list<T extends KubeObject>(path: string): Promise<readonly T[]>;
  /** JSON merge patch. */
  patch<T extends KubeObject>(path: string, body: object): Promise<T>;
  /** The same, answered with metadata only: an answer that nobody reads costs less. */
  touch(path: string, body: object): Promise<void>;
  /** At once, whatever its grace period; no error where it is gone already. */
  remove(path: string): Promise<void>;
}

const ATTEMPTS = 3;
const MERGE_PATCH = 'application/merge-patch+json';
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

export function createApi(transport: Transport): Api {
  const ask = async <T>(call: Parameters<Transport['call']>[0], accepted?: number): Promise<T | undefined> => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await transport.call(call);
      if (answer.ok) return answer.value as T;
      const { status, reason } = answer.error;
      // What is there already was done by an attempt before this one.
      if (status === accepted || (call.method === 'POST' && status === 409 && attempt > 1)) return undefined;
      const mayRepeat = attempt < ATTEMPTS && (status === 0 || status >= 500);
      if (!mayRepeat) throw new Error(`${call.method} ${call.path}: ${status} ${reason}`);
    }
  };
  const patch = (path: string, body: object, accept?: string) =>
    ask({ method: 'PATCH', path, body, contentType: MERGE_PATCH, ...(accept !== undefined && { accept }) });
  return {
    create: async (path, body) => void (await ask({ method: 'POST', path, body })),
    get: path => ask({ method: 'GET', path }, 404),
    list: async <T>(path: string) => ((await ask({ method: 'GET', path })) as { items: T[] }).items,
    patch: async <T>(path: string, body: object) => (await patch(path, body)) as T,
    touch: async (path, body) => void (await patch(path, body, METADATA_ONLY)),
    remove: async path => void (await ask({ method: 'DELETE', path, query: { gracePeriodSeconds: '0' } }, 404)),
  };
}

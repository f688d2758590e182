import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import type { KubeAccess, KubeObject } from '../support/kube-admin.ts';

/** What the API server answers to one call, whatever it is. */
export interface Answer<T = KubeObject> {
  readonly status: number;
  /** The object, or why not. */
  readonly body: T & { readonly message?: string };
}

/** The API server with all rights, as somebody who hears its refusals. */
export interface User {
  call<T = KubeObject>(method: Method, path: string, body?: unknown): Promise<Answer<T>>;
  close(): Promise<void>;
}

/** A PATCH is a JSON merge patch. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export async function createUser({ url, token, certificateAuthority }: KubeAccess): Promise<User> {
  const dispatcher = new Agent({ connect: { ca: await readFile(certificateAuthority, 'utf8') }, connections: 8 });
  return {
    async call<T>(method: Method, path: string, body?: unknown): Promise<Answer<T>> {
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      const answer = await request(url + path, {
        dispatcher,
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': type },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: answer.statusCode, body: (await answer.body.json()) as Answer<T>['body'] };
    },
    close: () => dispatcher.close(),
  };
}

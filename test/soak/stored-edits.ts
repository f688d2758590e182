import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { KubeObject } from '../support/kube-admin.ts';
import type { Api } from './api.ts';
import { apiVersionOf, KINDS, pathOf, registryKey, type StoredPlural } from './places.ts';

/** An object that may be edited where the API server stores it: nobody else edits it meanwhile. */
export interface StoredObject {
  readonly plural: StoredPlural;
  readonly namespace: string;
  readonly name: string;
}

/**
 * Edits objects by writing them into etcd, as the API server would have written them: it tells its watchers of them as
 * of any other, and an edit costs a tenth of the CPU time of one that it is asked for.
 */
export interface StoredEdits {
  /** One edit of one object of each kind, each in its turn. Returns how many. */
  edit(): Promise<number>;
  close(): void;
}

/** An object as JSON, cut where the value of its label stands. */
interface Template {
  readonly key: string;
  readonly before: string;
  readonly after: string;
}

const MARK = 'mark-of-the-edit';

/** `socket`: that of etcd. */
export async function createStoredEdits(
  api: Api,
  socket: string,
  objects: readonly StoredObject[],
): Promise<StoredEdits> {
  const agent = new Agent({ keepAlive: true });
  const templates = new Map<StoredPlural, Template[]>();
  for (const object of objects) {
    const template = await templateOf(api, object);
    templates.set(object.plural, [...(templates.get(object.plural) ?? []), template]);
  }
  let edits = 0;
  return {
    async edit() {
      edits += 1;
      // Of one length, so that what is held stays as large.
      const label = String(edits).padStart(MARK.length, '0');
      // Objects of one transaction have one version: none may be of a kind with another, or a watch could resume between them.
      const puts = [...templates.values()].flatMap(all => {
        const template = all[edits % all.length];
        return template === undefined ? [] : [{ requestPut: put(template, label) }];
      });
      await ask(agent, socket, { success: puts });
      return puts.length;
    },
    close: () => agent.destroy(),
  };
}

async function templateOf(api: Api, { plural, namespace, name }: StoredObject): Promise<Template> {
  const live = await api.get<KubeObject>(pathOf(plural, namespace, name));
  if (live === undefined) throw new Error(`${plural} ${namespace}/${name} is not there`);
  const { resourceVersion: _, ...metadata } = live.metadata;
  const kind = plural === 'secrets' ? 'Secret' : KINDS[plural];
  const labels = { ...metadata.labels, edit: MARK };
  const stored = { ...live, apiVersion: apiVersionOf(plural), kind, metadata: { ...metadata, labels } };
  const [before = '', after = ''] = JSON.stringify(stored).split(MARK);
  return { key: base64(registryKey(plural, namespace, name)), before, after };
}

function put({ key, before, after }: Template, label: string): object {
  return { key, value: base64(before + label + after) };
}

function base64(content: string): string {
  return Buffer.from(content).toString('base64');
}

/** A transaction by etcd's API in JSON (etcd.io/docs/v3.6/dev-guide/api_grpc_gateway). */
async function ask(agent: Agent, socketPath: string, transaction: object): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const call = request({ agent, socketPath, path: '/v3/kv/txn', method: 'POST' }, response => {
    text(response).then(answer => {
      if (response.statusCode === 200) resolve();
      else reject(new Error(`etcd answered ${response.statusCode}: ${answer}`));
    }, reject);
  });
  call.on('error', reject);
  call.end(JSON.stringify(transaction));
  await promise;
}

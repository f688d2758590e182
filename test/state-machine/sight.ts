import { watchEvents } from '../../src/kube/watch/watch-stream.ts';
import type { LiveAwsSecret, LiveSecret } from '../integration/objects.ts';
import { connectTransport, type KubeAccess, type KubeObject } from '../support/kube-admin.ts';
import { isNamedBy } from './model/names.ts';

/** The objects of one sequence, as they are at one moment. */
export interface Seen {
  readonly awsSecret: LiveAwsSecret | undefined;
  /** By name. */
  readonly secrets: ReadonlyMap<string, LiveSecret>;
}

/** The AwsSecrets and Secrets of a namespace, followed by watches: they may be late by a moment. */
export interface Sight {
  of(awsSecret: string): Seen;
  close(): Promise<void>;
}

export async function openSight(access: KubeAccess, namespace: string): Promise<Sight> {
  const transport = await connectTransport(access);
  const end = new AbortController();
  const follow = async <T extends KubeObject>(path: string) => {
    const objects = new Map<string, T>();
    const stream = await transport.stream({ method: 'GET', path, query: { watch: 'true' } }, 600_000, end.signal);
    if (!stream.ok) throw new Error(`${path}: the watch was refused: ${stream.error.reason}`);
    const followed = (async () => {
      for await (const { type, object } of watchEvents(stream.value)) {
        const found = object as unknown as T;
        if (type === 'DELETED') objects.delete(found.metadata.name);
        else if (type !== 'BOOKMARK') objects.set(found.metadata.name, found);
      }
    })();
    return { objects, followed };
  };
  const awsSecrets = await follow<LiveAwsSecret>(
    `/apis/secrets-operator.io/v1alpha1/namespaces/${namespace}/awssecrets`,
  );
  const secrets = await follow<LiveSecret>(`/api/v1/namespaces/${namespace}/secrets`);
  return {
    of: name => ({
      awsSecret: awsSecrets.objects.get(name),
      secrets: new Map([...secrets.objects].filter(([secret]) => isNamedBy(name, secret))),
    }),
    async close() {
      end.abort();
      await Promise.all([awsSecrets.followed, secrets.followed]);
      await transport.close();
    },
  };
}

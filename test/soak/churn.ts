import type { KubeObject } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import type { Api } from './api.ts';
import { awsSecret } from './objects.ts';
import { pathOf } from './places.ts';
import type { Vault } from './vault.ts';

export interface ChurnPlace {
  readonly namespace: string;
  readonly name: string;
  readonly secretId: string;
}

/** As for a lane. */
const WAIT = { timeoutMs: 300_000, intervalMs: 1_000 } as const;

/** One AwsSecret from its making to its end: its Secret appears, somebody edits it, it is put right, and both go. */
export async function churn(api: Api, vault: Vault, { namespace, name, secretId }: ChurnPlace): Promise<void> {
  const paths = { awsSecret: pathOf('awssecrets', namespace, name), secret: pathOf('secrets', namespace, name) };
  const expectValue = (when: string) =>
    until(`Secret ${namespace}/${name} holds its value, ${when}`, WAIT, async () => {
      const live = await api.get<KubeObject & { readonly data?: Readonly<Record<string, string>> }>(paths.secret);
      return live?.data?.['password'] === vault.encoded(secretId);
    });
  await api.create(pathOf('awssecrets', namespace), awsSecret(name, secretId, '1m'));
  await expectValue('new');
  await api.touch(paths.secret, { data: { password: 'ZWRpdGVk' } });
  await expectValue('edited');
  await api.remove(paths.awsSecret);
  await api.remove(paths.secret);
}

/**
 * Does what a cluster's garbage collector does, which is not there: deletes the Secrets whose AwsSecret is gone. One may
 * be written a moment after its AwsSecret went, by an operator whose watch was just cut.
 */
export async function collectGarbage(api: Api, namespaces: readonly string[]): Promise<void> {
  for (const namespace of namespaces) {
    const secrets = await api.list(pathOf('secrets', namespace));
    const owners = new Set((await api.list(pathOf('awssecrets', namespace))).map(({ metadata }) => metadata.uid));
    const orphans = secrets.filter(({ metadata: { ownerReferences = [] } }) => {
      return ownerReferences.length > 0 && !ownerReferences.some(({ uid }) => owners.has(uid));
    });
    for (const { metadata } of orphans) await api.remove(pathOf('secrets', namespace, metadata.name));
  }
}

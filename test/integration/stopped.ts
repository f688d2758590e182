import { expect, inject } from 'vitest';
import { createAwsAdmin } from '../support/aws-admin.ts';
import { createKubeAdmin } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import { objectsIn } from './objects.ts';
import { REGION } from './replica.ts';
import { LONG_AGO, uses, workloadsOf } from './workloads.ts';

/** Longer than a watch may be silent before the process counts as dead. */
const PAUSE_MS = 155_000;
export const PAUSE_TEST_MS = 2 * PAUSE_MS;

/** What goes on in a namespace while its operator is stopped, and how it has to look when that has seen it. */
export async function createPause(namespace: string) {
  const kube = createKubeAdmin(inject('kube'));
  const aws = createAwsAdmin(inject('moto')[REGION], REGION);
  await kube.create('/api/v1/namespaces', { metadata: { name: namespace } });
  const objects = objectsIn(namespace, kube);
  const work = workloadsOf(objects);
  const idOf = (name: string): string => `${namespace}/${name}`;
  const apply = async (name: string, secretId = name): Promise<void> => {
    await objects.applyAwsSecret(name, { refreshInterval: '10s', dataFrom: [{ secretId: idOf(secretId) }] });
  };
  const NAMES = ['rotated', 'remade', 'edited', 'lost', 'gone'];
  const generation = async () => (await work.live('deployments', 'rotated')).metadata.generation;

  return {
    objects,
    apply,
    create: (name: string, value: string) => aws.create(idOf(name), JSON.stringify({ v: value })),
    /** AwsSecrets in step, one of them with a consumer. */
    async begin(): Promise<void> {
      for (const name of [...NAMES, 'other']) await aws.create(idOf(name), JSON.stringify({ v: name }));
      await work.deploy('deployments', 'rotated', uses('rotated').env);
      await work.run('rotated', LONG_AGO);
      for (const name of NAMES) await apply(name);
      for (const name of NAMES) await objects.expectSynced(name);
    },
    async change(): Promise<void> {
      await aws.put(idOf('rotated'), '{"v":"rotated twice"}');
      await aws.put(idOf('rotated'), '{"v":"rotated thrice"}');
      await kube.remove(objects.path('awssecrets', 'remade'));
      await apply('remade', 'other');
      await kube.patch(objects.path('secrets', 'edited'), { data: { v: 'ZWRpdA==' } });
      await kube.remove(objects.path('secrets', 'lost'));
      for (const kind of ['awssecrets', 'secrets'] as const) await kube.remove(objects.path(kind, 'gone'));
    },
    async expectConverged(): Promise<void> {
      await objects.expectSecret('rotated', { v: 'rotated thrice' });
      await work.expectRolled('deployments', 'rotated', 'rotated');
      await objects.expectSecret('edited', { v: 'edited' });
      await objects.expectSecret('lost', { v: 'lost' });
      const { metadata } = await objects.expectSynced('remade');
      const { metadata: taken } = await objects.expectSecret('remade', { v: 'other' });
      expect(taken.ownerReferences).toMatchObject([{ uid: metadata.uid }]);
      for (const name of NAMES.slice(0, -1)) await objects.expectSynced(name);
      expect(await generation(), 'one restart').toBe(2);
      expect(await objects.secret('gone'), 'what was deleted stays so').toBeUndefined();
    },
    /** Versions of all that could have been written. */
    async versions(): Promise<object> {
      const secrets = await Promise.all(NAMES.map(name => objects.secret(name)));
      const deployment = await work.live('deployments', 'rotated');
      return [...secrets, deployment].map(object => object?.metadata.resourceVersion);
    },
  };
}

/** Waits for as long as the process has to be stopped; it takes no time of anybody else. */
export async function untilPaused(): Promise<void> {
  const endsAt = performance.now() + PAUSE_MS;
  await until('the pause is over', { timeoutMs: 2 * PAUSE_MS, intervalMs: 1_000 }, () => performance.now() >= endsAt);
}

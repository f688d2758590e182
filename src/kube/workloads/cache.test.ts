import { expect, test } from 'vitest';
import { aUse, aWorkload } from '../../../test/support/builders.ts';
import type { Workload } from '../../controller/rollout/workload.ts';
import { Store } from '../watch/store.ts';
import { createWorkloadCache, indexWorkload } from './cache.ts';

test('a workload is found by each Secret that it uses, once', () => {
  const uses = [
    aUse({ container: 'a', secretName: 'db' }),
    aUse({ container: 'a', secretName: 'tls' }),
    aUse({ container: 'b', secretName: 'db' }),
  ];
  expect(indexWorkload(aWorkload({ uses }))).toEqual(['shop/db', 'shop/tls']);
});

/** A cache of these workloads, with a store for each kind. */
function cacheOf(...workloads: readonly Workload[]) {
  const stores = new Map(workloads.map(({ kind }) => [kind, new Store<Workload>(indexWorkload)]));
  for (const workload of workloads) stores.get(workload.kind)?.set(workload);
  return createWorkloadCache([...stores.values()]);
}

test('workloads of different kinds may have one name', () => {
  const deployment = aWorkload();
  const daemonSet = aWorkload({ kind: 'DaemonSet' });
  expect(cacheOf(deployment, daemonSet).usingSecret('shop', 'payments')).toEqual([deployment, daemonSet]);
});

test('a Secret of the same name in another namespace is another Secret', () => {
  const cache = cacheOf(aWorkload(), aWorkload({ metadata: { namespace: 'bar', uid: 'x' } }));
  expect(cache.usingSecret('bar', 'payments').map(({ metadata }) => metadata.uid)).toEqual(['x']);
  expect(cache.usingSecret('shop', 'tls')).toEqual([]);
});

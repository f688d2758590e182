import { usedSecrets } from '../../controller/rollout/consumers.ts';
import type { WorkloadCache } from '../../controller/rollout/ports.ts';
import type { Workload } from '../../controller/rollout/workload.ts';
import { formatKey } from '../../controller/runtime/key.ts';
import type { Indexer, Store } from '../watch/store.ts';

/** Finds workloads by the key of every Secret that their pods use. */
export const indexWorkload: Indexer<Workload> = usedSecrets;

/** `stores`: one for each kind, because workloads of different kinds may have one name. */
export function createWorkloadCache(stores: readonly Store<Workload>[]): WorkloadCache {
  return {
    usingSecret: (namespace, name) => stores.flatMap(store => store.indexed(formatKey({ namespace, name }))),
  };
}

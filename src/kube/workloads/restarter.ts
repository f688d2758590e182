import type { Restarter } from '../../controller/rollout/ports.ts';
import { ok } from '../../controller/runtime/error.ts';
import { RESTART_FIELD_MANAGER } from '../../crds/names.ts';
import { syncError } from '../error.ts';
import { call, MERGE_PATCH, PODS, resourcePath } from '../resource.ts';
import type { Transport } from '../transport/transport.ts';
import { WORKLOAD_SOURCES } from './kinds.ts';

/** The API server asks to come back in 10 s when a budget blocks; a worker has better things to do than to wait. */
const EVICTION_MS = 2_000;
/** What tells a budget's 429 from that of a busy API server (k8s.io/api, policy/v1, `DisruptionBudgetCause`). */
const FORBIDDEN = 'DisruptionBudget';

export function createRestarter(transport: Transport): Restarter {
  return {
    // Never by server-side apply: it would create a workload that was just deleted, and remove the annotations that
    // this field manager has set for other Secrets.
    async restart({ kind, metadata }, annotations) {
      const { namespace, name, resourceVersion } = metadata;
      const { resource } = WORKLOAD_SOURCES[kind];
      const result = await call<unknown>(transport, {
        method: 'PATCH',
        path: resourcePath(resource, namespace, name),
        query: { fieldManager: RESTART_FIELD_MANAGER },
        contentType: MERGE_PATCH,
        body: { metadata: { resourceVersion }, spec: { template: { metadata: { annotations } } } },
      });
      return result.ok ? ok(undefined) : syncError(result.error, `patch ${resource.plural} in namespace ${namespace}`);
    },

    // kubernetes.io/docs/concepts/scheduling-eviction/api-eviction
    async evict({ metadata: { namespace } }, { name, uid }) {
      const result = await call<unknown>(transport, {
        method: 'POST',
        path: resourcePath(PODS, namespace, name, 'eviction'),
        body: {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { name, namespace },
          deleteOptions: { preconditions: { uid } },
        },
        budgetMs: EVICTION_MS,
      });
      if (result.ok) return ok('evicted');
      if (result.error.status === 429 && result.error.causes.includes(FORBIDDEN)) return ok('forbidden');
      return syncError(result.error, `create pods/eviction in namespace ${namespace}`);
    },
  };
}

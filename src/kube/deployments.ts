import type { V1Deployment, V1LabelSelector } from '@kubernetes/client-node';
import { type PodSpec, secretUses } from '../controller/rollout/consumers.ts';
import type { Restarter, WorkloadCache } from '../controller/rollout/ports.ts';
import type { Workload, WorkloadProgress } from '../controller/rollout/workload.ts';
import { ok } from '../controller/runtime/error.ts';
import { formatKey } from '../controller/runtime/key.ts';
import { RESTART_CONTENT_PREFIX, RESTART_FIELD_MANAGER } from '../crds/names.ts';
import { syncError } from './error.ts';
import { call, DEPLOYMENTS, MERGE_PATCH, resourcePath } from './resource.ts';
import { metadataOf } from './secret-body.ts';
import type { Indexer, Store } from './store.ts';
import type { Transport } from './transport.ts';

/** A Deployment as it arrives, reduced to what a restart depends on. */
export function reduceDeployment(object: unknown): Workload {
  // A cast without a check: the API server has validated the object, and every field below is read as optional.
  const { metadata, spec, status } = object as V1Deployment;
  const template = spec?.template;
  const annotations = Object.entries(template?.metadata?.annotations ?? {});
  return {
    kind: 'Deployment',
    metadata: metadataOf({ metadata: metadata as unknown as Workload['metadata'] }),
    podSelector: formatSelector(spec?.selector),
    templateAnnotations: Object.fromEntries(annotations.filter(([key]) => key.startsWith(RESTART_CONTENT_PREFIX))),
    uses: secretUses((template?.spec ?? {}) as PodSpec),
    progress: progressOf(metadata?.generation, spec, status),
  };
}

/** As `kubectl rollout status` decides (kubernetes/kubectl, pkg/polymorphichelpers/rollout_status.go). */
function progressOf(
  generation: number | undefined,
  spec: V1Deployment['spec'],
  status: V1Deployment['status'],
): WorkloadProgress {
  const desired = spec?.replicas ?? 1;
  const updated = status?.updatedReplicas ?? 0;
  const isObserved = (status?.observedGeneration ?? 0) >= (generation ?? 0);
  const isReplaced = updated >= desired && (status?.replicas ?? 0) <= updated;
  const progressing = status?.conditions?.find(condition => condition.type === 'Progressing');
  return {
    isComplete: isObserved && isReplaced && (status?.availableReplicas ?? 0) >= updated,
    isPaused: spec?.paused ?? false,
    isStuck: isObserved && progressing?.reason === 'ProgressDeadlineExceeded',
    updated,
    desired,
  };
}

/** kubernetes.io/docs/concepts/overview/working-with-objects/labels, "API". */
export function formatSelector(selector: V1LabelSelector | undefined): string {
  const equal = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const sets = (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    switch (operator) {
      case 'Exists':
        return key;
      case 'DoesNotExist':
        return `!${key}`;
      case 'NotIn':
        return `${key} notin (${values.join(',')})`;
      default:
        return `${key} in (${values.join(',')})`;
    }
  });
  return [...equal, ...sets].join(',');
}

/** Finds workloads by the key of every Secret that their pods use. */
export const indexWorkload: Indexer<Workload> = ({ metadata, uses }) => [
  ...new Set(uses.map(use => formatKey({ namespace: metadata.namespace, name: use.secretName }))),
];

export function createWorkloadCache(store: Store<Workload>): WorkloadCache {
  return { usingSecret: (namespace, name) => store.indexed(formatKey({ namespace, name })) };
}

export function createRestarter(transport: Transport): Restarter {
  return {
    // Never by server-side apply: it would create a Deployment that was just deleted, and remove the annotations that
    // this field manager has set for other Secrets.
    async restart({ metadata }, annotations) {
      const { namespace, name, resourceVersion } = metadata;
      const result = await call<unknown>(transport, {
        method: 'PATCH',
        path: resourcePath(DEPLOYMENTS, namespace, name),
        query: { fieldManager: RESTART_FIELD_MANAGER },
        contentType: MERGE_PATCH,
        body: { metadata: { resourceVersion }, spec: { template: { metadata: { annotations } } } },
      });
      return result.ok ? ok(undefined) : syncError(result.error, `patch deployments in namespace ${namespace}`);
    },
  };
}

import type { V1StatefulSet } from '@kubernetes/client-node';
import type { Workload, WorkloadProgress } from '../../controller/rollout/workload.ts';
import { formatSelector } from './selector.ts';
import { reduceTemplate } from './template.ts';

export function reduceStatefulSet({ metadata, spec, status }: V1StatefulSet): Workload | undefined {
  const template = reduceTemplate(metadata, spec?.template);
  if (template === undefined) return undefined;
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    ...template,
    replacement: spec?.updateStrategy?.type === 'OnDelete' ? 'onDelete' : 'rolling',
    podSelector: formatSelector(spec?.selector),
    progress: progressOf(metadata?.generation, spec, status),
  };
}

/**
 * As `kubectl rollout status` decides (kubernetes/kubectl, pkg/polymorphichelpers/rollout_status.go). Pods below the
 * partition keep their revision on purpose; they are not waited for. The revisions tell less than the counts: they are
 * equal again at once when a template is taken back, and never become so with OnDelete.
 */
function progressOf(
  generation: number | undefined,
  spec: V1StatefulSet['spec'],
  status: V1StatefulSet['status'],
): WorkloadProgress {
  const replicas = spec?.replicas ?? 1;
  const desired = Math.max(0, replicas - (spec?.updateStrategy?.rollingUpdate?.partition ?? 0));
  const updated = status?.updatedReplicas ?? 0;
  const isObserved = (status?.observedGeneration ?? 0) >= (generation ?? 0);
  return {
    isComplete: isObserved && updated >= desired && (status?.availableReplicas ?? 0) >= replicas,
    isPaused: false,
    isStuck: false,
    updated: Math.min(updated, desired),
    desired,
  };
}

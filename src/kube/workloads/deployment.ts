import type { V1Deployment } from '@kubernetes/client-node';
import type { Workload, WorkloadProgress } from '../../controller/rollout/workload.ts';
import { formatSelector } from './selector.ts';
import { reduceTemplate } from './template.ts';

export function reduceDeployment({ metadata, spec, status }: V1Deployment): Workload | undefined {
  const template = reduceTemplate(metadata, spec?.template);
  if (template === undefined) return undefined;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    ...template,
    replacement: 'rolling',
    podSelector: formatSelector(spec?.selector),
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

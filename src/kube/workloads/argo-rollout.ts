import type { V1LabelSelector, V1ObjectMeta, V1PodTemplateSpec } from '@kubernetes/client-node';
import type { Workload } from '../../controller/rollout/workload.ts';
import { formatSelector } from './selector.ts';
import { reduceTemplate } from './template.ts';

/** The fields of an Argo Rollout that are read (argoproj/argo-rollouts, pkg/apis/rollouts/v1alpha1/types.go). */
interface ArgoRollout {
  readonly metadata?: V1ObjectMeta;
  readonly spec?: {
    readonly replicas?: number;
    readonly paused?: boolean;
    readonly selector?: V1LabelSelector;
    /** Absent where the Rollout refers to a Deployment, whose own template is then the one to change. */
    readonly template?: V1PodTemplateSpec;
  };
  readonly status?: {
    /** A number in text. */
    readonly observedGeneration?: string;
    readonly phase?: string;
    readonly updatedReplicas?: number;
  };
}

/** A change of its template starts its own strategy, with canary steps and analyses: that is what its owner wants. */
export function reduceArgoRollout({ metadata, spec, status }: ArgoRollout): Workload | undefined {
  const template = reduceTemplate(metadata, spec?.template);
  if (template === undefined) return undefined;
  const isObserved = Number(status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    ...template,
    replacement: 'rolling',
    podSelector: formatSelector(spec?.selector),
    progress: {
      isComplete: isObserved && status?.phase === 'Healthy',
      isPaused: spec?.paused === true || (isObserved && status?.phase === 'Paused'),
      isStuck: isObserved && status?.phase === 'Degraded',
      updated: countOf(status?.updatedReplicas) ?? 0,
      desired: countOf(spec?.replicas) ?? 1,
    },
  };
}

/** A cluster's CustomResourceDefinition may leave it open what types the fields have. */
function countOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

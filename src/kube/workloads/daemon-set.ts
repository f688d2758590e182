import type { V1DaemonSet } from '@kubernetes/client-node';
import type { Workload } from '../../controller/rollout/workload.ts';
import { formatSelector } from './selector.ts';
import { reduceTemplate } from './template.ts';

/** Its progress as `kubectl rollout status` decides (kubernetes/kubectl, pkg/polymorphichelpers/rollout_status.go). */
export function reduceDaemonSet({ metadata, spec, status }: V1DaemonSet): Workload | undefined {
  const template = reduceTemplate(metadata, spec?.template);
  if (template === undefined) return undefined;
  const desired = status?.desiredNumberScheduled ?? 0;
  const updated = status?.updatedNumberScheduled ?? 0;
  const isObserved = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    ...template,
    replacement: spec?.updateStrategy?.type === 'OnDelete' ? 'onDelete' : 'rolling',
    podSelector: formatSelector(spec?.selector),
    progress: {
      isComplete: isObserved && updated >= desired && (status?.numberAvailable ?? 0) >= desired,
      isPaused: false,
      isStuck: false,
      updated,
      desired,
    },
  };
}

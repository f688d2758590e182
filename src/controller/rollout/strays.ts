import { type Change, interludes } from './change.ts';
import { candidates, oldestTaken } from './due.ts';
import { KUBELET_LAG_MS, START_TIME_MS } from './margins.ts';
import type { PodContainer, SecretUse, Workload } from './workload.ts';

/**
 * Whether pods of a workload that was rolled for the present content may run with another all the same: the Secret held
 * this content before, then another, and has it again. A pod that came in between got the other one, under a template
 * that names this one.
 */
export function mayHaveStrays(change: Change): boolean {
  return interludes(change).length > 0;
}

/**
 * The pods to replace one by one, because no change of the template would: those with a container that may have taken
 * its content while the Secret held another. To be asked only when the workload's own rollout is complete, since its pods
 * are being replaced anyway until then.
 */
export function strays(
  workload: Workload,
  change: Change,
  containers: readonly PodContainer[],
): readonly PodContainer['pod'][] {
  const uses = candidates(workload, change);
  const others = interludes(change);
  // The content of a volume may be of any time between its set-up and the start of the container.
  const isStray = (use: SecretUse, found: PodContainer): boolean =>
    use.container === found.container &&
    others.some(
      ({ since, until }) => found.startedAt > since - START_TIME_MS && oldestTaken(use, found) < until + KUBELET_LAG_MS,
    );
  const found = containers.filter(container => container.isReplaced && uses.some(use => isStray(use, container)));
  return [...new Map(found.map(({ pod }) => [pod.uid, pod])).values()];
}

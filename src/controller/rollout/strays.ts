import { type Change, interludes } from './change.ts';
import { candidates } from './due.ts';
import { KUBELET_LAG_MS, START_TIME_MS } from './margins.ts';
import type { StartedContainer, Workload } from './workload.ts';

/**
 * Whether pods of a workload that was rolled for the present content may run with another all the same: the Secret held
 * this content before, then another, and has it again. A pod that came in between got the other one, under a template
 * that names this one.
 */
export function mayHaveStrays(change: Change): boolean {
  return interludes(change).length > 0;
}

/**
 * The pods to replace one by one, because no change of the template would: those with a container that may have started
 * while the Secret held another content. To be asked only when the workload's own rollout is complete, since its pods
 * are being replaced anyway until then.
 */
export function strays(
  workload: Workload,
  change: Change,
  containers: readonly StartedContainer[],
): readonly StartedContainer['pod'][] {
  const used = new Set(candidates(workload, change).map(use => use.container));
  const others = interludes(change);
  const found = containers.filter(
    ({ container, startedAt }) =>
      used.has(container) &&
      others.some(({ since, until }) => startedAt > since - START_TIME_MS && startedAt < until + KUBELET_LAG_MS),
  );
  return [...new Map(found.map(({ pod }) => [pod.uid, pod])).values()];
}

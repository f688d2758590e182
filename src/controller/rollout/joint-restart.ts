import { restartAnnotation } from './annotation.ts';
import type { Change, KnownChange } from './change.ts';
import { exemption, isDue, restMs, standing } from './due.ts';
import { SETTLE_MS } from './margins.ts';
import type { PodContainer, Workload } from './workload.ts';

/** One restart for all the changes that a workload has to take in; or how long another change has to be waited for. */
export type JointRestart =
  | {
      readonly kind: 'restart';
      readonly changes: readonly Change[];
      readonly annotations: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'wait'; readonly ms: number; readonly secretName: string };

/**
 * Joins to a due `change` those of other Secrets for which the workload is due as well, so that Secrets which change
 * together restart it once. A change that is too young is waited for, but never beyond the time in which `change`
 * itself settles: Secrets that never rest must not hold a restart.
 */
export function jointRestart(
  workload: Workload,
  change: KnownChange,
  others: readonly KnownChange[],
  containers: readonly PodContainer[],
): JointRestart {
  const due = others.filter(
    other =>
      exemption(workload, other) === undefined &&
      standing(workload, other) === 'undecided' &&
      isDue(workload, other, containers),
  );
  const young = due.find(other => restMs(other) > 0);
  if (young !== undefined && change.knownMs < SETTLE_MS) {
    return { kind: 'wait', ms: restMs(young), secretName: young.secretName };
  }
  const changes = [change, ...due.filter(other => restMs(other) === 0)];
  const annotations = changes.map(({ secretName, content }) => [restartAnnotation(secretName), content]);
  return { kind: 'restart', changes, annotations: Object.fromEntries(annotations) };
}

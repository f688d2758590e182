import { hashesOf } from '../../crds/content-history.ts';
import { RESTART_ANNOTATION } from '../../crds/names.ts';
import { controllerOf } from '../../crds/object.ts';
import type { Reason } from '../../crds/reasons.ts';
import { restartAnnotation } from './annotation.ts';
import { type Change, interludes, isFirst, type KnownChange } from './change.ts';
import { KUBELET_LAG_MS, SETTLE_MS, START_TIME_MS } from './margins.ts';
import type { PodContainer, SecretUse, Workload } from './workload.ts';

/**
 * For how many more milliseconds a change restarts nobody. A content that has come back rests longer: the pods that its
 * restart starts must not look like those that started under the other one (`strays`).
 */
export function restMs(change: KnownChange): number {
  const ms = interludes(change).length === 0 ? KUBELET_LAG_MS : KUBELET_LAG_MS + START_TIME_MS;
  return Math.max(0, ms - change.knownMs);
}

/** Why a workload is not for the operator to restart. */
export interface Exemption {
  readonly reason: Reason;
  readonly message: string;
}

/** The exemption of a workload from restarts for this change; undefined when it has none. */
export function exemption(workload: Workload, { secretName, restart }: Change): Exemption | undefined {
  const { kind, metadata, replacement } = workload;
  if (replacement === 'nextRun') {
    return { reason: 'NextRun', message: `a ${kind} keeps the content that its run started with` };
  }
  if (restart === 'None') return { reason: 'OptedOut', message: '`rollout.restart` is None' };
  if (metadata.annotations?.[RESTART_ANNOTATION] === 'ignore') {
    return { reason: 'OptedOut', message: `annotation ${RESTART_ANNOTATION}: ignore` };
  }
  const owner = controllerOf(metadata);
  if (owner !== undefined) {
    const message = `it belongs to ${owner.kind} ${owner.name}, which would undo it; have that restart it`;
    return { reason: 'OwnedByController', message };
  }
  if (relevantUses(workload, secretName, restart).length > 0) return undefined;
  return { reason: 'OptedOut', message: '`rollout.restart` is Static, and it only mounts the Secret' };
}

/**
 * `current` rolled for this content; `fresh` no container of it can be older; `undecided` depends on when its
 * containers started.
 */
export type Standing = 'current' | 'fresh' | 'undecided';

/** What its template alone tells about a workload and the contents of a Secret. */
export function standing(workload: Workload, change: Change): Standing {
  const { secretName, history } = change;
  const [newest] = history;
  const stamp = workload.templateAnnotations[restartAnnotation(secretName)];
  if (stamp !== undefined && newest !== undefined && hashesOf(newest).includes(stamp)) return 'current';
  return candidates(workload, change).length === 0 ? 'fresh' : 'undecided';
}

/**
 * Whether a container has older content, or will start with it: one that may have taken it before the change, and 10 s
 * more; or none, because it can start without and there was no Secret yet. Fresh pods are never due, whatever the
 * annotation says. Holds for good once `SETTLE_MS` have passed since the change.
 */
export function isDue(workload: Workload, change: Change, containers: readonly PodContainer[]): boolean {
  const changedAt = Date.parse(change.history[0]?.time ?? '');
  const deadline = isFirst(change) ? changedAt : changedAt + SETTLE_MS;
  const createdAt = Date.parse(change.createdAt ?? '');
  const before = ({ optional }: SecretUse): number => (optional && createdAt > deadline ? createdAt : deadline);
  return candidates(workload, change).some(use =>
    containers.some(found => found.container === use.container && oldestTaken(use, found) < before(use)),
  );
}

/**
 * The earliest time of which a container may hold the content: a volume is filled before the images of its pod are
 * pulled, an environment only when the container starts. Infinite when it has taken nothing yet.
 */
export function oldestTaken({ how }: SecretUse, { mountedSince, startedAt }: PodContainer): number {
  return how === 'volume' || how === 'subPath' ? mountedSince : startedAt;
}

/**
 * The uses through which a container may hold older content. The first content of a Secret is no change: it concerns
 * those that could start without it, and those that were rolled for a content which its history has lost.
 */
export function candidates(workload: Workload, change: Change): readonly SecretUse[] {
  const { secretName, restart } = change;
  const wasRolled = workload.templateAnnotations[restartAnnotation(secretName)] !== undefined;
  return relevantUses(workload, secretName, restart).filter(use => !isFirst(change) || use.optional || wasRolled);
}

function relevantUses({ uses }: Workload, secretName: string, restart: Change['restart']): readonly SecretUse[] {
  return uses.filter(use => use.secretName === secretName && (restart === 'All' || use.how !== 'volume'));
}

import type { AwsSecretSpec } from '../../crds/aws-secret.ts';
import type { ContentChange } from '../../crds/content-history.ts';
import { RESTART_ANNOTATION } from '../../crds/names.ts';
import { restartAnnotation } from './annotation.ts';
import type { SecretUse, StartedContainer, Workload } from './workload.ts';

/** Between the write of a Secret and the moment when every kubelet starts containers with it; covers skewed clocks. */
export const SETTLE_MS = 10_000;

/** What a Secret went through, and whom its AwsSecret wants restarted. */
export interface Change {
  readonly secretName: string;
  /** What it holds now: the newest of `history`. */
  readonly content: string;
  /** Newest first. */
  readonly history: readonly ContentChange[];
  readonly restart: AwsSecretSpec['rollout']['restart'];
}

/**
 * `exempt` never restarted by us; `current` rolled for this content; `fresh` no container of it can be older;
 * `undecided` depends on when its containers started.
 */
export type Standing =
  | { readonly kind: 'exempt'; readonly why: string }
  | { readonly kind: 'current' }
  | { readonly kind: 'fresh' }
  | { readonly kind: 'undecided' };

/** What its template alone tells about a workload and the contents of a Secret, newest first. */
export function standing(workload: Workload, change: Change): Standing {
  const { secretName, content, history, restart } = change;
  const { annotations, ownerReferences } = workload.metadata;
  const stamp = workload.templateAnnotations[restartAnnotation(secretName)];
  if (stamp !== undefined && (stamp === content || stamp === history[0]?.was)) return { kind: 'current' };
  if (restart === 'None') return { kind: 'exempt', why: 'rollout.restart is None' };
  if (annotations?.[RESTART_ANNOTATION] === 'ignore') {
    return { kind: 'exempt', why: `annotation ${RESTART_ANNOTATION}: ignore` };
  }
  const owner = ownerReferences?.find(reference => reference.controller);
  if (owner !== undefined)
    return { kind: 'exempt', why: `it belongs to ${owner.kind} ${owner.name}, which would undo it` };
  if (relevantUses(workload, change).length === 0) {
    return { kind: 'exempt', why: 'it only mounts the Secret, which updates by itself' };
  }
  return candidates(workload, change).length === 0 ? { kind: 'fresh' } : { kind: 'undecided' };
}

/**
 * Whether a container runs with older content: one that started before the change, and 10 s more. Fresh pods are
 * never due, whatever the annotation says. Holds for good once `SETTLE_MS` have passed since the change.
 */
export function isDue(workload: Workload, change: Change, containers: readonly StartedContainer[]): boolean {
  const { history } = change;
  const changedAt = Date.parse(history[0]?.time ?? '');
  const deadline = isFirst(history) ? changedAt : changedAt + SETTLE_MS;
  return candidates(workload, change).some(use =>
    containers.some(({ container, startedAt }) => container === use.container && startedAt < deadline),
  );
}

/**
 * The uses through which a container may hold older content. The first content of a Secret is no change: it concerns
 * those that could start without it, and those that were rolled for a content which its history has lost.
 */
function candidates(workload: Workload, change: Change): readonly SecretUse[] {
  const { secretName, history } = change;
  const wasRolled = workload.templateAnnotations[restartAnnotation(secretName)] !== undefined;
  return relevantUses(workload, change).filter(use => !isFirst(history) || use.optional || wasRolled);
}

function isFirst(history: readonly ContentChange[]): boolean {
  return history.length <= 1;
}

function relevantUses({ uses }: Workload, { secretName, restart }: Change): readonly SecretUse[] {
  return uses.filter(use => use.secretName === secretName && (restart === 'All' || use.how !== 'volume'));
}

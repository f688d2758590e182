import type { AwsSecretStatus } from '../../../src/crds/aws-secret.ts';
import { CONTENT_ANNOTATION } from '../../../src/crds/names.ts';
import { keyOf, type Revision } from '../history.ts';
import { TIME } from '../run.ts';
import { changeOf } from './change.ts';
import { byObject, type Oracle } from './oracle.ts';

/** A status never goes back in time, and never tells of what has not been. */
export const statuses: Oracle = ({ revisions }) =>
  byObject(revisions, 'AwsSecret').flatMap(changes =>
    changes.flatMap((change, i) => [
      ...backwards(changes[i - 1], change),
      ...repeated(changes[i - 1], change, revisions),
      ...untrue(change, revisions),
    ]),
  );

function statusOf(revision: Revision | undefined): AwsSecretStatus {
  return (revision?.object['status'] ?? {}) as AwsSecretStatus;
}

function backwards(before: Revision | undefined, after: Revision): readonly string[] {
  const [old, now] = [statusOf(before), statusOf(after)];
  const times = [
    ['lastChangeTime', old.lastChangeTime, now.lastChangeTime],
    ['lastVerifiedTime', old.lastVerifiedTime, now.lastVerifiedTime],
    ['rollout.changeTime', old.rollout?.changeTime, now.rollout?.changeTime],
    ...(now.conditions ?? []).map(({ type, lastTransitionTime }) => {
      const then = old.conditions?.find(condition => condition.type === type)?.lastTransitionTime;
      return [`lastTransitionTime of ${type}`, then, lastTransitionTime] as const;
    }),
  ] as const;
  const late = times.filter(([, then, later]) => then !== undefined && later !== undefined && later < then);
  const generation = (now.observedGeneration ?? -1) < (old.observedGeneration ?? -1) ? ['observedGeneration'] : [];
  return [...late.map(([name]) => name), ...generation].map(name => `${keyOf(after)}: ${name} went back`);
}

function untrue(change: Revision, all: readonly Revision[]): readonly string[] {
  const { observedGeneration = -1, target, conditions } = statusOf(change);
  const { generation = 0 } = change.object.metadata;
  const future = observedGeneration > generation ? [`${keyOf(change)}: its status is of a generation to come`] : [];
  const held = all
    .filter(other => keyOf(other) === `Secret/${target?.name}` && other.version < change.version)
    .map(({ object }) => object.metadata.annotations?.[CONTENT_ANNOTATION]);
  const isHeld = target?.content === undefined || held.includes(target.content);
  const unheld = isHeld ? [] : [`${keyOf(change)}: its status tells of a content that the Secret has not held before`];
  const isReady = conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
  const missing = isReady && held.length === 0 ? [`${keyOf(change)}: Ready without a Secret`] : [];
  return [...future, ...unheld, ...missing];
}

/** A status is not written to say what it says already, with another time. */
function repeated(before: Revision | undefined, after: Revision, all: readonly Revision[]): readonly string[] {
  const [old, now] = [JSON.stringify(statusOf(before)), JSON.stringify(statusOf(after))];
  const isSame = before !== undefined && old !== now && old.replace(TIME, '') === now.replace(TIME, '');
  return isSame ? [`${keyOf(after)}: its status tells nothing new, with other times: ${changeOf(after, all)}`] : [];
}

import { isDeepStrictEqual } from 'node:util';
import type { AwsSecretStatus } from '../../../src/crds/aws-secret.ts';
import { CHANGED_AT_ANNOTATION, CONTENT_ANNOTATION } from '../../../src/crds/names.ts';
import { keyOf, type Revision } from '../history.ts';
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
  const { observedGeneration = -1, target, conditions, lastChangeTime, rollout } = statusOf(change);
  const { generation = 0 } = change.object.metadata;
  const future = observedGeneration > generation ? [`${keyOf(change)}: its status is of a generation to come`] : [];
  const before = all.filter(({ kind, version }) => kind === 'Secret' && version < change.version);
  const held = before
    .filter(other => keyOf(other) === `Secret/${target?.name}`)
    .map(({ object }) => object.metadata.annotations?.[CONTENT_ANNOTATION]);
  // The rollout may be told first, before anything is of the target.
  const times = new Set(before.map(({ object }) => object.metadata.annotations?.[CHANGED_AT_ANNOTATION]));
  const untimely = [lastChangeTime, rollout?.changeTime]
    .filter(time => time !== undefined && !times.has(time))
    .map(time => `${keyOf(change)}: its status tells of a change at ${time}, and no Secret does`);
  const isHeld = target?.content === undefined || held.includes(target.content);
  const unheld = isHeld ? [] : [`${keyOf(change)}: its status tells of a content that the Secret has not held before`];
  const isReady = conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
  const missing = isReady && held.length === 0 ? [`${keyOf(change)}: Ready without a Secret`] : [];
  return [...future, ...unheld, ...missing, ...untimely];
}

/** When something was looked at or told; the time of a change is of the change, and news by itself. */
const STAMPS: ReadonlySet<string> = new Set(['lastVerifiedTime', 'lastTransitionTime']);

/** A status is not written to say what it says already, with another stamp. */
function repeated(before: Revision | undefined, after: Revision, all: readonly Revision[]): readonly string[] {
  if (before === undefined) return [];
  const [old, now] = [statusOf(before), statusOf(after)];
  const told = (status: AwsSecretStatus): string =>
    JSON.stringify(status, (key, value) => (STAMPS.has(key) ? undefined : value));
  const isSame = !isDeepStrictEqual(old, now) && told(old) === told(now);
  return isSame ? [`${keyOf(after)}: its status tells nothing new, with another stamp: ${changeOf(after, all)}`] : [];
}

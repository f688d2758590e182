import { type AwsSecret, type AwsSecretSpec, targetName } from '../../crds/aws-secret.ts';
import { type ContentChange, hashesOf, readHistory } from '../../crds/content-history.ts';
import { OWNER_LABEL } from '../../crds/names.ts';
import type { ObjectMeta } from '../../crds/object.ts';

/** What a Secret went through, and whom its AwsSecret wants restarted. */
export interface Change {
  readonly secretName: string;
  /** What it holds now: the newest of `history`. */
  readonly content: string;
  /** Newest first. */
  readonly history: readonly ContentChange[];
  readonly restart: AwsSecretSpec['rollout']['restart'];
  /** RFC 3339: since when there is this Secret. Its contents may be older, where it was deleted and made anew. */
  readonly createdAt: string | undefined;
}

/** A change, and since when the operator knows of it. */
export interface KnownChange extends Change {
  /** By the monotonic clock; infinite for one that had settled when it was first seen, or has since. */
  readonly knownMs: number;
}

/** The change that an AwsSecret's Secret tells of; undefined when it is not of its making, or may restart nothing now. */
export function changeOf(awsSecret: AwsSecret, secret: ObjectMeta | undefined): Change | undefined {
  if (awsSecret.spec.suspend || awsSecret.metadata.deletionTimestamp !== undefined) return undefined;
  const history = secret === undefined ? [] : readHistory(secret);
  const [newest] = history;
  if (secret === undefined || newest === undefined || !isOwn(awsSecret, secret)) return undefined;
  const { restart } = awsSecret.spec.rollout;
  const createdAt = secret.creationTimestamp;
  return { secretName: targetName(awsSecret), content: newest.content, history, restart, createdAt };
}

/** Tells a change from every other, also from the one by which the same content came before. */
export function changeId({ content, history }: Change): string {
  return `${content} ${history[0]?.time}`;
}

/** Whether the Secret tells of this change as its last. */
export function isChangeOf({ history }: Change, secret: ObjectMeta): boolean {
  const [ours, theirs] = [history[0], readHistory(secret)[0]];
  return ours?.content === theirs?.content && ours?.time === theirs?.time;
}

/** Whether the status tells of a later change of the Secret: then this one may come from a watch that is late. */
export function isOutrun({ status }: AwsSecret, { history }: Change): boolean {
  const ours = Date.parse(history[0]?.time ?? '');
  return [status?.lastChangeTime, status?.rollout?.changeTime].some(time => Date.parse(time ?? '') > ours);
}

/** A time in which the Secret held another content than now, in wall-clock milliseconds. */
export interface Interlude {
  readonly since: number;
  readonly until: number;
}

/**
 * When the Secret held other contents, between the first time that it held the present one and now, as far as its
 * history goes. None for a content that is new to it.
 */
export function interludes({ history }: Change): readonly Interlude[] {
  const present = new Set(history.slice(0, 1).flatMap(hashesOf));
  const isPresent = (change: ContentChange): boolean => hashesOf(change).some(hash => present.has(hash));
  const first = history.findLastIndex(isPresent);
  return history.slice(0, Math.max(0, first)).flatMap((next, index) => {
    const change = history[index + 1];
    if (change === undefined || isPresent(change)) return [];
    return [{ since: Date.parse(change.time), until: Date.parse(next.time) }];
  });
}

/** Whether the Secret has held no other content, as far as its history goes. */
export function isFirst({ history }: Change): boolean {
  return history.length <= 1;
}

/** Only content that this AwsSecret has written may restart anything. */
function isOwn({ metadata }: AwsSecret, secret: ObjectMeta): boolean {
  return (
    secret.ownerReferences?.some(owner => owner.uid === metadata.uid) === true ||
    secret.labels?.[OWNER_LABEL] === metadata.uid
  );
}

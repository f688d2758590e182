import { ok, type Result } from '../controller/runtime/error.ts';
import { formatKey, parseKey } from '../controller/runtime/key.ts';
import type { StatusWriter } from '../controller/runtime/ports.ts';
import { type AwsSecret, type AwsSecretStatus, targetName } from '../crds/aws-secret.ts';
import { FIELD_MANAGER, GROUP, REFRESH_REQUESTED_ANNOTATION, VERSION } from '../crds/names.ts';
import type { ObjectMeta } from '../crds/object.ts';
import { type KubeError, syncError } from './error.ts';
import { call, MERGE_PATCH, type Resource, resourcePath } from './resource.ts';
import type { Transport } from './transport/transport.ts';
import type { Indexer, Store } from './watch/store.ts';

export const AWS_SECRETS: Resource = { group: GROUP, version: VERSION, plural: 'awssecrets' };

/** An AwsSecret as it arrives, without what nobody reads: kubectl keeps a copy of the whole spec in an annotation. */
export function reduceAwsSecret(object: unknown): AwsSecret {
  const { metadata, spec, status } = object as AwsSecret;
  const { namespace, name, uid, resourceVersion, generation, deletionTimestamp, annotations } = metadata;
  const request = annotations?.[REFRESH_REQUESTED_ANNOTATION];
  const kept: ObjectMeta = {
    ...{ namespace, name, uid, resourceVersion },
    ...(generation !== undefined && { generation }),
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    ...(request !== undefined && { annotations: { [REFRESH_REQUESTED_ANNOTATION]: request } }),
  };
  return { metadata: kept, spec, ...(status !== undefined && { status }) };
}

/** Finds AwsSecrets by UID, and by the key of the Secret that they keep: a UID has no slash, and every key has one. */
export const indexAwsSecret: Indexer<AwsSecret> = awsSecret => {
  const { namespace, uid } = awsSecret.metadata;
  return [uid, formatKey({ namespace, name: targetName(awsSecret) })];
};

/** Asks the API server whether an AwsSecret still is as the cache has it. */
export async function isCurrent(transport: Transport, { metadata }: AwsSecret): Promise<Result<boolean>> {
  const { namespace, name, uid, generation } = metadata;
  const live = await call<AwsSecret>(transport, { method: 'GET', path: resourcePath(AWS_SECRETS, namespace, name) });
  if (!live.ok) {
    return live.error.status === 404 ? ok(false) : syncError(live.error, `get AwsSecret ${namespace}/${name}`);
  }
  const { metadata: present } = live.value;
  return ok(present.uid === uid && present.generation === generation && present.deletionTimestamp === undefined);
}

const RETRIES = 2;

type Next = (current: AwsSecret) => AwsSecretStatus | undefined;

/**
 * Writes statuses by merge patch, guarded by the resourceVersion that the decision saw: a status is never written from
 * a stale read. On a conflict the object is read live and decided again; so it is where nothing is to be told of what the
 * cache has, while the cache does not show the last write. One AwsSecret has one write at a time.
 */
export function createStatusWriter(
  transport: Transport,
  store: Store<AwsSecret>,
  reduce = reduceAwsSecret,
): StatusWriter {
  /**
   * By key: the version that the last write made, if its answer tells; forgotten once the cache shows that version. Until
   * then the status may be another one than the cache tells.
   */
  const unseen = new Map<string, string | undefined>();
  const versionOf = (key: string): string | undefined => store.get(key)?.metadata.resourceVersion;
  const note = (key: string, version: string | undefined): void => {
    if (version === versionOf(key)) unseen.delete(key);
    else unseen.set(key, version);
  };
  const isSeen = (key: string): boolean => {
    if (unseen.has(key)) note(key, unseen.get(key));
    return !unseen.has(key);
  };

  const patch = async (key: string, { metadata, status: before }: AwsSecret, status: AwsSecretStatus) => {
    const { namespace, name } = parseKey(key);
    const { resourceVersion } = metadata;
    unseen.set(key, undefined);
    const written = await call<AwsSecret>(transport, {
      method: 'PATCH',
      path: resourcePath(AWS_SECRETS, namespace, name, 'status'),
      query: { fieldManager: FIELD_MANAGER },
      contentType: MERGE_PATCH,
      body: { metadata: { resourceVersion }, status: withRemovals(before, status) },
    });
    // Later decisions see this write without waiting for the watch, unless the watch is ahead of it already.
    if (written.ok && versionOf(key) === resourceVersion) store.set(reduce(written.value));
    if (written.ok) note(key, written.value.metadata.resourceVersion);
    return written;
  };

  const attempt = async (key: string, current: AwsSecret, next: Next, retries: number): Promise<Result<void>> => {
    const status = next(current);
    if (status === undefined) {
      // Whoever asks may not come again: that all is told already has to be true, and not just so in the cache.
      const isLive = current !== store.get(key);
      return isLive || isSeen(key) ? ok(undefined) : await attemptLive(key, current, next, retries);
    }
    const written = await patch(key, current, status);
    if (written.ok || written.error.status === 404) return ok(undefined);
    if (written.error.status !== 409 || retries === 0) return refused(written.error, key);
    return await attemptLive(key, current, next, retries - 1);
  };

  const attemptLive = async (key: string, before: AwsSecret, next: Next, retries: number): Promise<Result<void>> => {
    const { namespace, name } = parseKey(key);
    const read = await call<unknown>(transport, { method: 'GET', path: resourcePath(AWS_SECRETS, namespace, name) });
    if (!read.ok) return read.error.status === 404 ? ok(undefined) : refused(read.error, key);
    const live = reduceAwsSecret(read.value);
    // A new object gets no verdict about the old one.
    if (live.metadata.uid !== before.metadata.uid) return ok(undefined);
    note(key, live.metadata.resourceVersion);
    return await attempt(key, live, next, retries);
  };

  // Both controllers tell of one AwsSecret at about the same time: beside each other one would always meet a conflict.
  const writing = new Map<string, Promise<unknown>>();
  const inTurn = async <T>(key: string, act: () => Promise<T>): Promise<T> => {
    const turn = (writing.get(key) ?? Promise.resolve()).then(act, act);
    writing.set(key, turn);
    return await turn.finally(() => {
      if (writing.get(key) === turn) writing.delete(key);
    });
  };

  return {
    write: (key, uid, next) =>
      inTurn(key, async () => {
        const current = store.get(key);
        if (current === undefined) unseen.delete(key);
        return current?.metadata.uid === uid ? await attempt(key, current, next, RETRIES) : ok(undefined);
      }),
  };
}

function refused(error: KubeError, key: string): Result<never> {
  return syncError(error, `update the status of AwsSecret ${key}`);
}

/** A merge patch keeps what it does not name: fields that are gone from the status have to be set to null. */
function withRemovals(before: object | undefined, after: object): object {
  const gone = Object.keys(before ?? {}).filter(key => !(key in after));
  return { ...after, ...Object.fromEntries(gone.map(key => [key, null])) };
}

import { type AwsSecret, targetName } from '../../../crds/aws-secret.ts';
import { ok, type Result, type SyncError } from '../../runtime/error.ts';
import { formatKey } from '../../runtime/key.ts';
import type { Observed } from '../plan.ts';
import type { SecretStore, SourceReader } from '../ports.ts';
import { isNamedBy } from '../secret/ownership.ts';
import { notOwned } from '../secret/refusals.ts';
import { requestsOf, type SourceFailure } from '../sources/fetch.ts';
import { type Gone, goneAgain, isSurelyGone } from './gone-sources.ts';

export interface DeletionDependencies {
  readonly reader: Pick<SourceReader, 'isDeleted'>;
  readonly store: Pick<SecretStore, 'get' | 'remove'>;
  /** By key of the AwsSecret. */
  readonly gone: Map<string, Gone>;
}

/**
 * Deletes the Secret of an AwsSecret all of whose sources are really deleted in AWS, if its spec says so. Returns what
 * to tell then; undefined where it is not so, or not for sure yet.
 */
export async function followDeletion(
  observed: Observed,
  failures: readonly SourceFailure[],
  deps: DeletionDependencies,
): Promise<SyncError | undefined> {
  const { awsSecret, now } = observed;
  const { uid } = awsSecret.metadata;
  const key = formatKey(awsSecret.metadata);
  if (!(await areDeleted(observed, failures, deps))) {
    deps.gone.delete(key);
    return undefined;
  }
  const gone = goneAgain(deps.gone.get(key), uid, now);
  deps.gone.set(key, gone);
  if (!isSurelyGone(gone)) return undefined;
  const removed = await remove(awsSecret, deps);
  if (!removed.ok) return removed.error;
  const message = `every source is deleted in AWS, and Secret ${JSON.stringify(targetName(awsSecret))} with it, as \`sourceDeletionPolicy: Delete\` asks; restore the source to have it back`;
  return { reason: 'SourceDeleted', retry: 'content', message };
}

async function areDeleted(
  { awsSecret, record, now }: Observed,
  failures: readonly SourceFailure[],
  { reader }: DeletionDependencies,
): Promise<boolean> {
  const isAsked = awsSecret.spec.target.sourceDeletionPolicy === 'Delete';
  const requests = requestsOf(awsSecret, record, now);
  const isEach =
    failures.length === requests.length && failures.every(({ error }) => error.reason === 'SecretNotFound');
  if (!isAsked || !isEach || requests.length === 0) return false;
  const answers = await Promise.all(requests.map(request => reader.isDeleted(request)));
  return answers.every(answer => answer.ok && answer.value);
}

/** Read live, and deleted as it was read: nobody else's, and not what somebody has changed meanwhile. */
async function remove(awsSecret: AwsSecret, { store }: DeletionDependencies): Promise<Result<void>> {
  const live = await store.get({ namespace: awsSecret.metadata.namespace, name: targetName(awsSecret) });
  if (!live.ok) return live;
  if (live.value === undefined) return ok(undefined);
  const { metadata } = live.value;
  // To adopt a Secret is not to have adopted it: only one that carries our sign goes.
  return isNamedBy(awsSecret, metadata) ? await store.remove(metadata) : notOwned(metadata);
}

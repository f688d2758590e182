import type { AwsSecret } from '../../crds/aws-secret.ts';
import { readHistory, writeHistory } from '../../crds/content-history.ts';
import { fail, ok, type Result } from '../runtime/error.ts';
import { isComparable } from './content.ts';
import { nextHistory } from './history.ts';
import { mayWrite } from './ownership.ts';
import type { ContentHasher, SecretStore } from './ports.ts';
import type { LiveSecret, SecretManifest, SecretMetadata } from './secret.ts';

export interface WriteDependencies {
  readonly store: SecretStore;
  readonly hasher: ContentHasher;
  readonly isAlive: (uid: string) => boolean;
}

export interface Written {
  readonly metadata: SecretMetadata;
  /** When the content that the Secret now holds came into it, RFC 3339. */
  readonly changedAt: string;
  readonly isNewContent: boolean;
}

/**
 * Makes the Secret equal to `manifest`. `cached` is what the watch knows of it. Every write is guarded, so that a lost
 * answer or a stale cache ends in `conflict` and a new decision, never in a Secret that somebody else had just made.
 */
export async function writeSecret(
  { store, hasher, isAlive }: WriteDependencies,
  awsSecret: AwsSecret,
  manifest: SecretManifest,
  cached: SecretMetadata | undefined,
  now: string,
): Promise<Result<Written>> {
  const content = hasher.hash(manifest, manifest.data);
  const cachedContent = cached && readHistory(cached)[0]?.content;
  if (cached !== undefined && cachedContent !== undefined && isComparable(cachedContent, hasher)) {
    const replaced = await replace(store, manifest, cached, cachedContent, content, now);
    // Somebody wrote it, or our cache is behind: what the API server holds now decides.
    if (replaced.ok || replaced.error.retry !== 'conflict') return replaced;
  }
  if (cached === undefined) {
    const created = await store.create(annotated(manifest, nextHistory(undefined, content, now)));
    if (!created.ok) return created;
    if (created.value !== 'exists') return ok({ metadata: created.value, changedAt: now, isNewContent: true });
  }
  const live = await store.get(manifest);
  if (!live.ok) return live;
  if (live.value === undefined) return fail('Progressing', 'conflict', 'the Secret was deleted meanwhile');
  const allowed = mayTakeOver(awsSecret, manifest, live.value, isAlive);
  if (!allowed.ok) return allowed;
  return await replace(store, manifest, live.value.metadata, hasher.hash(manifest, live.value.data), content, now);
}

async function replace(
  store: SecretStore,
  manifest: SecretManifest,
  held: SecretMetadata,
  heldContent: string,
  content: string,
  now: string,
): Promise<Result<Written>> {
  const history = nextHistory({ metadata: held, heldContent }, content, now);
  const replaced = await store.replace(annotated(manifest, history), held);
  if (!replaced.ok) return replaced;
  return ok({ metadata: replaced.value, changedAt: history[0]?.time ?? now, isNewContent: heldContent !== content });
}

function annotated(manifest: SecretManifest, history: Parameters<typeof writeHistory>[0]): SecretManifest {
  return { ...manifest, annotations: { ...manifest.annotations, ...writeHistory(history) } };
}

function mayTakeOver(
  awsSecret: AwsSecret,
  manifest: SecretManifest,
  live: LiveSecret,
  isAlive: (uid: string) => boolean,
): Result<void> {
  const owned = mayWrite(awsSecret, live.metadata, isAlive);
  if (!owned.ok || live.type === manifest.type) return owned;
  const message = `Secret ${JSON.stringify(manifest.name)} has type ${live.type}, which cannot be changed to ${manifest.type}; delete it, or set \`target.type\``;
  return fail('TargetTypeDiffers', 'terminal', message);
}

import type { AwsSecret } from '../../../crds/aws-secret.ts';
import { writeHistory } from '../../../crds/content-history.ts';
import { fail, ok, type Result } from '../../runtime/error.ts';
import type { ContentHasher, SecretStore } from '../ports.ts';
import { notedContent } from './content.ts';
import { nextHistory } from './history.ts';
import { isNamedBy, mayWrite } from './ownership.ts';
import { immutable, notOwned, ofOtherType } from './refusals.ts';
import type { LiveSecret, SecretManifest, SecretMetadata } from './secret.ts';

export interface WriteDependencies {
  readonly store: Pick<SecretStore, 'get' | 'create' | 'replace'>;
  readonly hasher: ContentHasher;
  readonly withUid: (uid: string) => AwsSecret | undefined;
}

export interface Written {
  readonly metadata: SecretMetadata;
  /** When the content that the Secret now holds came into it, RFC 3339. */
  readonly changedAt: string;
  readonly isNewContent: boolean;
}

/** What is to be written, and by whom. */
interface Wanted {
  readonly awsSecret: AwsSecret;
  readonly manifest: SecretManifest;
  /** Hash of the manifest's data. */
  readonly content: string;
  /** RFC 3339. */
  readonly now: string;
}

/**
 * Makes the Secret equal to `manifest`. `cached` is what the watch knows of it. Every write is guarded, so that a lost
 * answer or a stale cache ends in `conflict` and a new decision, never in a Secret that somebody else had just made.
 */
export async function writeSecret(
  deps: WriteDependencies,
  awsSecret: AwsSecret,
  manifest: SecretManifest,
  cached: SecretMetadata | undefined,
  now: string,
): Promise<Result<Written>> {
  const wanted = { awsSecret, manifest, content: deps.hasher.hash(manifest, manifest.data), now };
  const done = cached === undefined ? await create(deps, wanted) : await replaceKnown(deps, wanted, cached);
  return done ?? (await replaceLive(deps, wanted));
}

/** Undefined when there is one already: only the API server can tell whose. */
async function create({ store }: WriteDependencies, wanted: Wanted): Promise<Result<Written> | undefined> {
  const { manifest, content, now } = wanted;
  const created = await store.create(annotated(manifest, nextHistory(undefined, content, now)));
  if (!created.ok) return created;
  return created.value === 'exists' ? undefined : ok({ metadata: created.value, changedAt: now, isNewContent: true });
}

/** Undefined when the cached metadata do not tell enough, or no longer hold. */
async function replaceKnown(
  deps: WriteDependencies,
  wanted: Wanted,
  cached: SecretMetadata,
): Promise<Result<Written> | undefined> {
  const claim = mayWrite(wanted.awsSecret, cached, deps.withUid);
  const content = notedContent(cached, deps.hasher);
  if (!claim.ok || claim.value !== 'certain' || content === undefined) return undefined;
  const replaced = await replace(deps, wanted, cached, content);
  return replaced.ok || replaced.error.retry !== 'conflict' ? replaced : undefined;
}

/** Decides from what the API server holds now. */
async function replaceLive(deps: WriteDependencies, wanted: Wanted): Promise<Result<Written>> {
  const { store, hasher } = deps;
  const { awsSecret, manifest } = wanted;
  const live = await store.get(manifest);
  if (!live.ok) return live;
  if (live.value === undefined) return fail('Progressing', 'conflict', 'the Secret was deleted meanwhile');
  const { metadata, data } = live.value;
  const content = hasher.hash(manifest, data);
  const refused = refuse(wanted, live.value, content, deps);
  if (refused !== undefined) return refused;
  // What was edited in a Secret of our own was never its content: to put it right is no change, and restarts nobody.
  const noted = isNamedBy(awsSecret, metadata) ? notedContent(metadata, hasher) : undefined;
  return await replace(deps, wanted, metadata, noted ?? content);
}

async function replace(
  { store }: WriteDependencies,
  { manifest, content, now }: Wanted,
  held: SecretMetadata,
  heldContent: string,
): Promise<Result<Written>> {
  const history = nextHistory({ metadata: held, heldContent }, content, now);
  const replaced = await store.replace(annotated(manifest, history), held);
  if (!replaced.ok) return replaced;
  return ok({ metadata: replaced.value, changedAt: history[0]?.time ?? now, isNewContent: heldContent !== content });
}

function annotated(manifest: SecretManifest, history: Parameters<typeof writeHistory>[0]): SecretManifest {
  return { ...manifest, annotations: { ...manifest.annotations, ...writeHistory(history) } };
}

/** Why a Secret that stands there stays as it is; undefined when it may be written. `content` is what it holds. */
function refuse(
  { awsSecret, manifest, content: wanted }: Wanted,
  { metadata, type, immutable: isImmutable }: LiveSecret,
  content: string,
  { hasher, withUid }: WriteDependencies,
): Result<never> | undefined {
  const claim = mayWrite(awsSecret, metadata, withUid);
  if (!claim.ok) return claim;
  // The hash holds the Secret's own name, and nobody else has its key: equal hashes prove that we wrote it.
  if (claim.value === 'provable' && notedContent(metadata, hasher) !== content) return notOwned(metadata);
  if (type !== manifest.type) return ofOtherType(metadata, manifest.type);
  return isImmutable && content !== wanted ? immutable(metadata) : undefined;
}

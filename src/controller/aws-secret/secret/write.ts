import type { AwsSecret } from '../../../crds/aws-secret.ts';
import { type ContentChange, readHistory, writeHistory } from '../../../crds/content-history.ts';
import type { Clock } from '../../runtime/clock.ts';
import { fail, ok, type Result } from '../../runtime/error.ts';
import type { AwsSecretIndex, ContentHasher, SecretStore } from '../ports.ts';
import { confirm } from './confirmation.ts';
import { comparableHash, notedContent } from './content.ts';
import { type Held, type History, nextHistory } from './history.ts';
import { type Claim, isNamedBy, mayWrite } from './ownership.ts';
import { immutable, notOwned, ofOtherType } from './refusals.ts';
import type { LiveSecret, SecretManifest, SecretMetadata } from './secret.ts';
import { confirmTakeover } from './takeover.ts';

export interface WriteDependencies {
  readonly store: Pick<SecretStore, 'get' | 'create' | 'replace'>;
  readonly hasher: ContentHasher;
  readonly awsSecrets: Pick<AwsSecretIndex, 'withUid' | 'isCurrent'>;
  /** Stamps each change right before it is sent. */
  readonly clock: Pick<Clock, 'now'>;
}

/** What is known of the target before it is read. */
export interface Known {
  /** As the watch has it. */
  readonly cached: SecretMetadata | undefined;
  /** What the Secret of that name held when it was last written, newest first. */
  readonly former: readonly ContentChange[];
}

export interface Written {
  readonly metadata: SecretMetadata;
  /** What the Secret now holds, and what it held before. */
  readonly history: History;
  readonly isNewContent: boolean;
}

/** What is to be written, and by whom. */
interface Wanted {
  readonly awsSecret: AwsSecret;
  readonly manifest: SecretManifest;
  /** Hash of the manifest's data. */
  readonly content: string;
  readonly former: readonly ContentChange[];
}

/**
 * Makes the Secret equal to `manifest`. Every write is guarded, so that a lost answer or a stale cache ends in
 * `conflict` and a new decision, never in a Secret that somebody else had just made.
 */
export async function writeSecret(
  deps: WriteDependencies,
  awsSecret: AwsSecret,
  manifest: SecretManifest,
  { cached, former }: Known,
): Promise<Result<Written>> {
  const wanted = { awsSecret, manifest, content: deps.hasher.hash(manifest, manifest.data), former };
  const done = cached === undefined ? await create(deps, wanted) : await replaceKnown(deps, wanted, cached);
  return done ?? (await replaceLive(deps, wanted));
}

/** Undefined when there is one already: only the API server can tell whose. */
async function create(deps: WriteDependencies, wanted: Wanted): Promise<Result<Written> | undefined> {
  const { former } = wanted;
  const [newest] = former;
  // Deleted it may be because its AwsSecret is: it must not come back for one that only the cache still has.
  const confirmed = newest === undefined ? ok(undefined) : await confirm(wanted.awsSecret, deps.awsSecrets);
  if (!confirmed.ok) return confirmed;
  const content = newest && (comparableHash(newest, deps.hasher) ?? newest.content);
  const held = content === undefined ? undefined : { history: former, content };
  const { manifest, written } = stamp(deps, wanted, held);
  const created = await deps.store.create(manifest);
  if (!created.ok) return created;
  return created.value === 'exists' ? undefined : ok(written(created.value));
}

/** Undefined when the cached metadata do not tell enough, or no longer hold. */
async function replaceKnown(
  deps: WriteDependencies,
  wanted: Wanted,
  cached: SecretMetadata,
): Promise<Result<Written> | undefined> {
  if (cached.sharesData) return undefined;
  const claim = mayWrite(wanted.awsSecret, cached, deps.awsSecrets.withUid);
  const content = notedContent(cached, deps.hasher);
  if (!claim.ok || claim.value !== 'certain' || content === undefined) return undefined;
  const replaced = await replace(deps, wanted, cached, content, []);
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
  const claim = claimTo(wanted, live.value, content, deps);
  if (!claim.ok) return claim;
  const confirmed =
    claim.value === 'takeover' ? await confirmTakeover(awsSecret, metadata, deps.awsSecrets) : ok(undefined);
  if (!confirmed.ok) return confirmed;
  // What was edited in a Secret of our own was never its content: to put it right is no change, and restarts nobody.
  const noted = isNamedBy(awsSecret, metadata) ? notedContent(metadata, hasher) : undefined;
  const surplus = [...data.keys()].filter(key => !manifest.data.has(key));
  return await replace(deps, wanted, metadata, noted ?? content, surplus);
}

async function replace(
  deps: WriteDependencies,
  wanted: Wanted,
  metadata: SecretMetadata,
  content: string,
  surplus: readonly string[],
): Promise<Result<Written>> {
  const told = readHistory(metadata);
  const history = told.length > 0 ? told : wanted.former;
  const { manifest, written } = stamp(deps, wanted, { history, content, since: metadata.creationTimestamp });
  const replaced = await deps.store.replace(manifest, metadata, surplus);
  return replaced.ok ? ok(written(replaced.value)) : replaced;
}

/** The manifest with the history that it makes, to be sent at once, and what is then written. */
function stamp({ clock }: WriteDependencies, { manifest, content }: Wanted, held: Held | undefined) {
  const history = nextHistory(held, content, clock.now());
  const isNewContent = held?.content !== content;
  const annotations = { ...manifest.annotations, ...writeHistory(history) };
  const written = (metadata: SecretMetadata): Written => ({ metadata, history, isNewContent });
  return { manifest: { ...manifest, annotations }, written };
}

/** On what ground a Secret that stands there may be written, or why it stays as it is. `content` is what it holds. */
function claimTo(
  { awsSecret, manifest, content: wanted }: Wanted,
  { metadata, type, immutable: isImmutable }: LiveSecret,
  content: string,
  { hasher, awsSecrets }: WriteDependencies,
): Result<Claim> {
  const claim = mayWrite(awsSecret, metadata, awsSecrets.withUid);
  if (!claim.ok) return claim;
  // The hash holds the Secret's own name, and nobody else has its key: equal hashes prove that we wrote it.
  if (claim.value === 'provable' && notedContent(metadata, hasher) !== content) return notOwned(metadata);
  if (type !== manifest.type) return ofOtherType(metadata, manifest.type);
  return isImmutable && content !== wanted ? immutable(metadata) : claim;
}

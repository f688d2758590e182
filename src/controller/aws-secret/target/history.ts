import { type ContentChange, readHistory } from '../../../crds/content-history.ts';
import type { SecretMetadata } from './secret.ts';

/**
 * The history of a Secret once it holds `content`. `heldContent` is the hash of what it holds now: recomputed from
 * the live data where the annotation cannot be compared, because it is absent or was made with a lost key.
 * Equal content keeps its time, so that adopting, re-keying and repairing are no change and restart nobody.
 */
export function nextHistory(
  held: { readonly metadata: SecretMetadata; readonly heldContent: string } | undefined,
  content: string,
  now: string,
): readonly ContentChange[] {
  if (held === undefined) return [{ content, time: now }];
  const [newest, ...older] = readHistory(held.metadata);
  const time = newest?.time ?? held.metadata.creationTimestamp ?? now;
  if (held.heldContent === content) {
    if (newest === undefined) return [{ content, time }];
    // Told under our key already. Another operator that keeps this Secret too, which nobody should have, has the other
    // key: each would put its own in front again for ever.
    if (newest.content === content || newest.was === content) return [newest, ...older];
    return [{ content, time, was: newest.content }, ...older];
  }
  return [{ content, time: now }, { content: held.heldContent, time }, ...older];
}

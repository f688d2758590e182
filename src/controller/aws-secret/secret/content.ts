import { createHmac } from 'node:crypto';
import { type ContentChange, hashesOf, readHistory } from '../../../crds/content-history.ts';
import type { ContentHasher } from '../ports.ts';
import type { SecretMetadata } from './secret.ts';

const HMAC_BYTES = 16;

export interface HashKey {
  /** Public name of the key; hashes under different keys cannot be compared. */
  readonly id: string;
  readonly key: Uint8Array;
}

/**
 * Hashes content so that equal bytes in one Secret give equal text, and nobody without the key can test a guess: not
 * from the text, and not by writing the guess into another Secret, because the Secret's own name goes into the hash.
 */
export function createContentHasher({ id, key }: HashKey): ContentHasher {
  return {
    keyId: id,
    hash({ namespace, name }, data) {
      const hmac = createHmac('sha256', key).update(`${namespace}/${name}\0`);
      for (const [entry, bytes] of [...data].sort(([a], [b]) => (a < b ? -1 : 1))) {
        hmac.update(`${entry.length}:${entry}${bytes.byteLength}:`).update(bytes);
      }
      return `${id}.${hmac.digest().subarray(0, HMAC_BYTES).toString('hex')}`;
    },
  };
}

/** Whether two hashes were made with the same key, so that inequality means different content. */
export function isComparable(hash: string, hasher: ContentHasher): boolean {
  return hash.startsWith(`${hasher.keyId}.`);
}

/** The content that a Secret's annotations tell, if the present key can say what another content is. */
export function notedContent(secret: SecretMetadata, hasher: ContentHasher): string | undefined {
  const [newest] = readHistory(secret);
  return newest && comparableHash(newest, hasher);
}

/** The hash of a content under the present key; undefined when it is known under lost keys only. */
export function comparableHash(change: ContentChange, hasher: ContentHasher): string | undefined {
  return hashesOf(change).find(hash => isComparable(hash, hasher));
}

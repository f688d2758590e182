import { parseProperties, parseTokens } from './document.ts';
import { type Tree, treeOf } from './jmes-path/tree.ts';

/** What values hold as documents, each of them read once. */
export interface Documents {
  /** As `parseProperties`. */
  propertiesOf(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> | undefined;
  /** Undefined where it is no document in JSON and UTF-8, or one that is nested too deeply. */
  treeOf(bytes: Uint8Array): Tree | undefined;
}

export function createDocuments(): Documents {
  return {
    propertiesOf: once(parseProperties),
    treeOf: once(bytes => {
      const tokens = parseTokens(bytes);
      return tokens && treeOf(tokens);
    }),
  };
}

function once<T>(read: (bytes: Uint8Array) => T): (bytes: Uint8Array) => T {
  const known = new Map<Uint8Array, { readonly read: T }>();
  return bytes => {
    const found = known.get(bytes) ?? { read: read(bytes) };
    known.set(bytes, found);
    return found.read;
  };
}

import type { AwsSecretSpec } from '../../../crds/aws-secret.ts';
import { ok, type Result } from '../../runtime/error.ts';
import type { Documents } from './documents.ts';
import { decode } from './encoding.ts';
import { attempt } from './expression-error.ts';
import type { Json } from './jmes-path/json.ts';
import { search } from './jmes-path/search.ts';
import type { Expression } from './jmes-path/syntax.ts';
import { jsonOf } from './jmes-path/text.ts';
import type { Tree } from './jmes-path/tree.ts';
import { dataSource } from './references.ts';
import { cannotBeDecoded, noDocument, nothingThere, notJson, pathFailed } from './refusals.ts';
import { describeSource } from './source.ts';
import type { Steps } from './steps.ts';

export type DataEntry = NonNullable<AwsSecretSpec['data']>[number];

export interface EntryTools {
  readonly documents: Documents;
  readonly steps: Steps;
  /** What `jmesPath` means; undefined without one. */
  readonly path: Expression | undefined;
}

/** The bytes of one key of `data`; undefined where it is left out. `bytes` are undefined for what AWS does not have. */
export function selectEntry(
  entry: DataEntry,
  bytes: Uint8Array | undefined,
  tools: EntryTools,
): Result<Uint8Array | undefined> {
  if (bytes === undefined) return ok(undefined);
  const part = partOf(entry, bytes, tools);
  if (!part.ok || part.value === undefined) return part;
  const decoded = decode(part.value, entry.encoding);
  return decoded === undefined ? cannotBeDecoded(entry.key, whose(entry), entry.encoding) : ok(decoded);
}

function partOf(entry: DataEntry, bytes: Uint8Array, tools: EntryTools): Result<Uint8Array | undefined> {
  if (tools.path !== undefined) return foundBy(tools.path, entry, bytes, tools);
  const { property } = entry;
  if (property === undefined) return ok(bytes);
  const properties = tools.documents.propertiesOf(bytes);
  if (properties === undefined) return notJson(whose(entry));
  const value = properties.get(property);
  if (value !== undefined || entry.optional) return ok(value);
  return nothingThere(entry.key, whose(entry), 'property', property);
}

const encoder = new TextEncoder();

function foundBy(
  path: Expression,
  entry: DataEntry,
  bytes: Uint8Array,
  { documents, steps }: EntryTools,
): Result<Uint8Array | undefined> {
  const tree = documents.treeOf(bytes);
  if (tree === undefined) return noDocument(whose(entry));
  const found = attempt(() => textOf(search(path, tree, steps), tree, steps));
  if (!found.ok) return pathFailed(entry.key, whose(entry), found.problem);
  if (found.value === null) {
    if (entry.optional) return ok(undefined);
    return nothingThere(entry.key, whose(entry), 'jmesPath', entry.jmesPath ?? '');
  }
  // Half a character, such as \ud800 alone, cannot be written in UTF-8.
  return found.value.isWellFormed() ? ok(encoder.encode(found.value)) : noDocument(whose(entry));
}

/** As `parseProperties` has it, but that null is nothing. */
function textOf(value: Json, tree: Tree, steps: Steps): string | null {
  return value === null || typeof value === 'string' ? value : jsonOf(value, tree, steps);
}

function whose(entry: DataEntry): string {
  return describeSource(dataSource(entry));
}

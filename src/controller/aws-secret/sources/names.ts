import type { AwsSecretSpec } from '../../../crds/aws-secret.ts';
import { ok, type Result } from '../../runtime/error.ts';
import type { SourceItem } from '../ports.ts';
import type { Documents } from './documents.ts';
import { dataFromSource } from './references.ts';
import { nothingIn, notJson, quote } from './refusals.ts';
import { describeSource } from './source.ts';

/** What a `dataFrom` entry gives under a name that is not a key yet. */
export interface Named {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Where it is from, in the words of a message. */
  readonly origin: string;
}

type Entry = NonNullable<AwsSecretSpec['dataFrom']>[number];

/** What an entry gives, in the order of AWS; refused when that is nothing. */
export function namesOf(entry: Entry, items: readonly SourceItem[], documents: Documents): Result<readonly Named[]> {
  const whose = describeSource(dataFromSource(entry));
  if (entry.parameterPath !== undefined) {
    const path = entry.parameterPath;
    if (items.length === 0) return nothingIn('AWS', `has no ${whose}`);
    return ok(
      items.map(item => ({ ...item, name: nameBelow(path, item.name), origin: `parameter ${quote(item.name)}` })),
    );
  }
  if (entry.find === undefined) return properties(items[0]?.bytes, whose, documents);
  if (items.length === 0) return nothingIn('AWS', `has no ${whose}`);
  return entry.find.expand ? expanded(items, documents) : ok(found(entry.find.namePattern, items));
}

function found(pattern: string, items: readonly SourceItem[]): readonly Named[] {
  const [literal = ''] = pattern.split(/[*?]/, 1);
  const folder = literal.slice(0, literal.lastIndexOf('/') + 1);
  return items.map(item => ({ ...item, name: nameBelow(folder, item.name), origin: `secret ${quote(item.name)}` }));
}

function expanded(items: readonly SourceItem[], documents: Documents): Result<readonly Named[]> {
  const all: Named[] = [];
  for (const { name, bytes } of items) {
    const names = properties(bytes, `secret ${quote(name)}`, documents);
    if (!names.ok) return names;
    all.push(...names.value);
  }
  return ok(all);
}

function properties(bytes: Uint8Array | undefined, whose: string, documents: Documents): Result<readonly Named[]> {
  const known = bytes && documents.propertiesOf(bytes);
  if (known === undefined) return notJson(whose);
  if (known.size === 0) return nothingIn(whose, 'is a JSON object without properties');
  return ok([...known].map(([name, bytes]) => ({ name, bytes, origin: `property ${quote(name)} of ${whose}` })));
}

/** What of a name follows the folder, in one word: `/prod/db/user` below `/prod` is `db_user`. */
function nameBelow(folder: string, name: string): string {
  const rest = name.startsWith(folder) ? name.slice(folder.length) : name;
  return rest.replace(/^[/]/, '').replaceAll('/', '_');
}

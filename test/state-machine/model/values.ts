import type { Reason } from '../../../src/crds/reasons.ts';
import { askIn, type Region } from './ask.ts';
import { type Aws, PRIMARY } from './aws.ts';
import type { Content } from './content.ts';
import { decoded, findIn, isBadPath, isBadRename, keyOf } from './expressions.ts';
import { type DataEntry, type DataFromEntry, primaryRegion, type Spec } from './spec.ts';

/** The keys that a spec asks for, or all that is wrong with it: which of several wrongs is told, is not promised. */
export type Values =
  | { readonly kind: 'values'; readonly values: ReadonlyMap<string, Buffer> }
  | { readonly kind: 'wrong'; readonly reasons: ReadonlySet<Reason> };

type Named = readonly (readonly [name: string, value: Buffer])[];

/** docs/concepts.md, "What becomes of a value". */
export function valuesOf(spec: Spec, aws: Aws): Values {
  const region = askIn(primaryRegion(spec, PRIMARY), aws);
  const { data = [], dataFrom = [] } = spec;
  const entries = data.map(entry => [entry.key, entryOf(entry, region)] as const);
  const named = new Set(entries.map(([key]) => key));
  const wholes = dataFrom.map(entry => keysOf(wholeOf(entry, region), entry));
  const properties = wholes.flatMap(whole => (isReason(whole) ? [] : whole)).filter(([key]) => !named.has(key));
  const reasons = new Set<Reason>([
    ...[...wholes, ...entries.map(([, value]) => value)].filter(isReason),
    ...(isBroken(spec) ? (['InvalidSpec'] as const) : []),
    ...(properties.every(([key]) => isKey(key)) ? [] : (['InvalidKey'] as const)),
    ...(new Map(properties).size === properties.length ? [] : (['DuplicateKey'] as const)),
  ]);
  if (reasons.size > 0) return { kind: 'wrong', reasons };
  const found = entries.flatMap(([key, value]) => (Buffer.isBuffer(value) ? [[key, value] as const] : []));
  return { kind: 'values', values: new Map([...properties, ...found]) };
}

function isReason(value: unknown): value is Reason {
  return typeof value === 'string';
}

/** All that an entry gives, under the names that AWS has for it. */
function wholeOf(entry: DataFromEntry, region: Region): Named | Reason {
  const { secretId, parameterPath, find } = entry;
  if (secretId !== undefined) return propertiesOf(region.secret(secretId));
  const many = region.many(entry);
  if (isReason(many)) return many;
  if (find?.expand) {
    const all = [...many.values()].map(propertiesOf);
    return all.find(isReason) ?? all.flatMap(part => (isReason(part) ? [] : part));
  }
  const folder = parameterPath ?? find?.namePattern.replace(/[*?].*$/s, '').replace(/[^/]*$/, '') ?? '';
  return [...many].map(([name, { bytes }]) => [
    name.slice(folder.length).replace(/^[/]/, '').replaceAll('/', '_'),
    bytes,
  ]);
}

function propertiesOf(content: Content | Reason): Named | Reason {
  if (isReason(content)) return content;
  if (content.properties === undefined) return 'NotJson';
  if (content.properties.size === 0) return 'EmptyValue';
  return [...content.properties].map(([name, text]) => [name, Buffer.from(text)]);
}

function keysOf(named: Named | Reason, { keys = {} }: DataFromEntry): Named | Reason {
  if (isReason(named) || isBadRename(keys)) return isReason(named) ? named : [];
  return named.map(([name, value]) => [keyOf(name, keys), value]);
}

/** What nothing that AWS gives could mend. */
function isBroken({ data = [], dataFrom = [] }: Spec): boolean {
  return data.some(({ jmesPath }) => isBadPath(jmesPath)) || dataFrom.some(({ keys = {} }) => isBadRename(keys));
}

/** Undefined where the key is left out. */
function entryOf(entry: DataEntry, region: Region): Buffer | Reason | undefined {
  const content = region.entry(entry);
  if (content === 'SecretNotFound') return entry.optional ? undefined : content;
  if (isReason(content)) return content;
  const part = partOf(entry, content);
  return Buffer.isBuffer(part) ? (decoded(part, entry.encoding) ?? 'DecodingFailed') : part;
}

function partOf({ property, jmesPath, optional }: DataEntry, content: Content): Buffer | Reason | undefined {
  const missing = optional ? undefined : 'PropertyNotFound';
  if (jmesPath !== undefined) {
    const found = findIn(content, jmesPath);
    if (found === null) return missing;
    return found === 'NotJson' || found === 'ExpressionFailed' || found === 'InvalidSpec' ? found : Buffer.from(found);
  }
  if (property === undefined) return content.bytes;
  if (content.properties === undefined) return 'NotJson';
  const value = content.properties.get(property);
  return value === undefined ? missing : Buffer.from(value);
}

function isKey(name: string): boolean {
  return /^[-._a-zA-Z0-9]{1,253}$/.test(name) && name !== '.' && !name.startsWith('..');
}

import type { Reason } from '../../../src/crds/reasons.ts';
import { type Aws, PRIMARY, storedKey } from './aws.ts';
import type { Content } from './content.ts';
import { type DataEntry, primaryRegion, type Spec } from './spec.ts';

/** The keys that a spec asks for, or all that is wrong with it: which of several wrongs is told, is not promised. */
export type Values =
  | { readonly kind: 'values'; readonly values: ReadonlyMap<string, Buffer> }
  | { readonly kind: 'wrong'; readonly reasons: ReadonlySet<Reason> };

/** docs/concepts.md, "What becomes of a value". */
export function valuesOf(spec: Spec, aws: Aws): Values {
  const region = primaryRegion(spec, PRIMARY);
  const read = (secretId: string, stage?: string): Content | Reason => ask(aws, region, secretId, stage);
  const entries = (spec.data ?? []).map(entry => [entry.key, entryOf(entry, read)] as const);
  const named = new Set(entries.map(([key]) => key));
  const wholes = (spec.dataFrom ?? []).map(({ secretId }) => wholeOf(read(secretId)));
  const properties = wholes.flatMap(whole => (isReason(whole) ? [] : [...whole])).filter(([key]) => !named.has(key));
  const reasons = new Set<Reason>([
    ...[...wholes, ...entries.map(([, value]) => value)].filter(isReason),
    ...(properties.every(([key]) => isKey(key)) ? [] : (['InvalidKey'] as const)),
    ...(new Map(properties).size === properties.length ? [] : (['DuplicateKey'] as const)),
  ]);
  if (reasons.size > 0) return { kind: 'wrong', reasons };
  const found = entries.flatMap(([key, value]) => (Buffer.isBuffer(value) ? [[key, value] as const] : []));
  return {
    kind: 'values',
    values: new Map([...properties.map(([key, text]) => [key, Buffer.from(text)] as const), ...found]),
  };
}

function isReason(value: unknown): value is Reason {
  return typeof value === 'string';
}

type Read = (secretId: string, stage?: string) => Content | Reason;

function ask(aws: Aws, region: string, secretId: string, stage = 'AWSCURRENT'): Content | Reason {
  const { current, previous, trouble } = aws.get(storedKey(region, secretId)) ?? {};
  if (trouble === 'denied') return 'AccessDenied';
  if (trouble === 'sealed') return 'DecryptionFailed';
  if (trouble === 'deleted') return 'SecretNotFound';
  const content = { AWSCURRENT: current, AWSPREVIOUS: previous }[stage];
  return content ?? 'SecretNotFound';
}

function wholeOf(read: Content | Reason): ReadonlyMap<string, string> | Reason {
  if (typeof read === 'string') return read;
  if (read.properties === undefined) return 'NotJson';
  return read.properties.size === 0 ? 'EmptyValue' : read.properties;
}

/** Undefined where the key is left out. */
function entryOf({ secretId, property, versionStage, optional }: DataEntry, read: Read): Buffer | Reason | undefined {
  const content = read(secretId, versionStage);
  if (content === 'SecretNotFound') return optional ? undefined : content;
  if (typeof content === 'string') return content;
  if (property === undefined) return content.bytes;
  if (content.properties === undefined) return 'NotJson';
  const value = content.properties.get(property);
  if (value === undefined) return optional ? undefined : 'PropertyNotFound';
  return Buffer.from(value);
}

function isKey(name: string): boolean {
  return /^[-._a-zA-Z0-9]{1,253}$/.test(name) && name !== '.' && !name.startsWith('..');
}

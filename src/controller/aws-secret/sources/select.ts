import type { AwsSecret } from '../../../crds/aws-secret.ts';
import { fail, ok, type Result } from '../../runtime/error.ts';
import type { SourceItem } from '../ports.ts';
import { parseProperties } from './document.ts';
import { dataFromSource, dataSource } from './references.ts';
import { sourceKey } from './source.ts';

/** What each source holds, by `sourceKey`; undefined for one that AWS does not have. */
export type SourceValues = ReadonlyMap<string, readonly SourceItem[] | undefined>;

type Values = ReadonlyMap<string, Uint8Array>;

/** The keys of the Secret and their bytes. `data` wins over `dataFrom`; two `dataFrom` entries must not meet. */
export function selectValues({ spec }: AwsSecret, sources: SourceValues): Result<Values> {
  const named = new Set((spec.data ?? []).map(entry => entry.key));
  const whole = selectWhole(spec.dataFrom ?? [], sources, named);
  if (!whole.ok) return whole;
  const values = new Map(whole.value);
  for (const entry of spec.data ?? []) {
    const selected = selectEntry(entry, sources.get(sourceKey(dataSource(entry)))?.[0]?.bytes);
    if (!selected.ok) return selected;
    if (selected.value !== undefined) values.set(entry.key, selected.value);
  }
  return ok(values);
}

/** The properties of every `dataFrom` entry, without the keys that `data` names. */
function selectWhole(
  entries: NonNullable<AwsSecret['spec']['dataFrom']>,
  sources: SourceValues,
  named: ReadonlySet<string>,
): Result<Values> {
  const values = new Map<string, Uint8Array>();
  const givenBy = new Map<string, string>();
  for (const entry of entries) {
    const { secretId = '' } = entry;
    const properties = propertiesOf(secretId, sources.get(sourceKey(dataFromSource(entry)))?.[0]?.bytes);
    if (!properties.ok) return properties;
    if (properties.value.size === 0) return empty(secretId);
    for (const [key, bytes] of properties.value) {
      if (named.has(key)) continue;
      const refused = refuseKey(key, secretId, givenBy.get(key));
      if (refused !== undefined) return refused;
      givenBy.set(key, secretId);
      values.set(key, bytes);
    }
  }
  return ok(values);
}

/** Taking it at its word would empty a Secret that pods rely on. */
function empty(secretId: string) {
  const message = `secret ${quote(secretId)} is a JSON object without properties; add one in AWS, or take it out of \`dataFrom\``;
  return fail('EmptyValue', 'content', message);
}

function refuseKey(key: string, secretId: string, other: string | undefined) {
  if (other !== undefined) return duplicate(key, other, secretId);
  return isSecretKey(key) ? undefined : invalid(key, secretId);
}

function duplicate(key: string, first: string, second: string) {
  const message = `key ${quote(key)} is given by both ${quote(first)} and ${quote(second)}; name it in \`data\` to say which one counts`;
  return fail('DuplicateKey', 'content', message);
}

const MAX_KEY = 253;
const SHOWN_KEY = 300;

/** kubernetes/kubernetes, staging/src/k8s.io/apimachinery/pkg/util/validation, IsConfigMapKey. */
function isSecretKey(key: string): boolean {
  return key.length <= MAX_KEY && /^[-._a-zA-Z0-9]+$/.test(key) && key !== '.' && !key.startsWith('..');
}

function invalid(key: string, secretId: string) {
  // However long it is, the status must have room for the way out.
  const shown = key.length > SHOWN_KEY ? `${key.slice(0, SHOWN_KEY)}…` : key;
  const message = `property ${quote(shown)} of secret ${quote(secretId)} cannot be a key of a Secret: letters, digits, "-", "_" and ".", ${MAX_KEY} at the most; rename it in AWS, or name each key by \`data\` in place of \`dataFrom\``;
  return fail('InvalidKey', 'content', message);
}

type DataEntry = NonNullable<AwsSecret['spec']['data']>[number];

function selectEntry(entry: DataEntry, bytes: Uint8Array | undefined): Result<Uint8Array | undefined> {
  if (bytes === undefined) return ok(undefined);
  if (entry.property === undefined) return ok(bytes);
  const properties = propertiesOf(entry.secretId ?? '', bytes);
  if (!properties.ok) return properties;
  const value = properties.value.get(entry.property);
  if (value !== undefined || entry.optional) return ok(value);
  const message = `secret ${quote(entry.secretId ?? '')} has no property ${quote(entry.property)}, which key ${quote(entry.key)} asks for; add it in AWS, correct \`property\`, or set \`optional: true\``;
  return fail('PropertyNotFound', 'content', message);
}

function propertiesOf(secretId: string, bytes: Uint8Array | undefined): Result<Values> {
  const properties = bytes && parseProperties(bytes);
  if (properties !== undefined) return ok(properties);
  const message = `the value of secret ${quote(secretId)} is not a JSON object in UTF-8; use \`data\` with \`secretId\` and without \`property\` to take it whole`;
  return fail('NotJson', 'content', message);
}

function quote(name: string): string {
  return JSON.stringify(name);
}

import type { SecretManifest } from '../../controller/aws-secret/secret/secret.ts';
import type { SecretBody } from './secret-body.ts';

type Removal = Readonly<Record<string, null>>;

/** A merge patch that removes keys; the caller adds the guard. */
export interface RemovalPatch {
  readonly data?: Removal;
  readonly metadata: { readonly labels?: Removal; readonly annotations?: Removal };
}

/**
 * What `secret` holds and `manifest` does not want: every other key of its data, whoever wrote it, and those labels
 * and annotations that `manager` set in former times. Undefined when there is nothing to remove.
 */
export function staleFields(secret: SecretBody, manifest: SecretManifest, manager: string): RemovalPatch | undefined {
  const data = Object.keys(secret.data ?? {}).filter(key => !manifest.data.has(key));
  const owned = ownedMetadata(secret.metadata.managedFields ?? [], manager);
  const stale = (field: 'labels' | 'annotations'): readonly string[] =>
    Object.keys(secret.metadata[field] ?? {}).filter(
      key => owned[field].has(key) && !Object.hasOwn(manifest[field], key),
    );
  const [labels, annotations] = [stale('labels'), stale('annotations')];
  if (data.length + labels.length + annotations.length === 0) return undefined;
  return {
    ...(data.length > 0 && { data: nulls(data) }),
    metadata: {
      ...(labels.length > 0 && { labels: nulls(labels) }),
      ...(annotations.length > 0 && { annotations: nulls(annotations) }),
    },
  };
}

interface ManagedFields {
  readonly manager?: string;
  readonly fieldsV1?: {
    readonly 'f:metadata'?: Readonly<Record<'f:labels' | 'f:annotations', unknown>>;
  };
}

/** Anybody who may write the Secret may write these too. */
function ownedMetadata(managedFields: unknown, manager: string) {
  const labels = new Set<string>();
  const annotations = new Set<string>();
  const entries: readonly (ManagedFields | null)[] = Array.isArray(managedFields) ? managedFields : [];
  for (const entry of entries) {
    if (entry?.manager !== manager) continue;
    const metadata = entry.fieldsV1?.['f:metadata'];
    for (const key of keysOf(metadata?.['f:labels'])) labels.add(key);
    for (const key of keysOf(metadata?.['f:annotations'])) annotations.add(key);
  }
  return { labels, annotations };
}

/** kubernetes.io/docs/reference/using-api/server-side-apply, "Field management": a field is a key with the prefix `f:`. */
function keysOf(fields: unknown): readonly string[] {
  const names = typeof fields === 'object' && fields !== null ? Object.keys(fields) : [];
  return names.flatMap(name => (name.startsWith('f:') ? name.slice(2) : []));
}

function nulls(keys: readonly string[]): Removal {
  return Object.fromEntries(keys.map(key => [key, null]));
}

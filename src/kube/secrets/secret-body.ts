import type { SecretMetadata } from '../../controller/aws-secret/secret/secret.ts';
import { writeHistory } from '../../crds/content-history.ts';
import {
  CHANGED_AT_ANNOTATION,
  CONTENT_ANNOTATION,
  FIELD_MANAGER,
  HISTORY_ANNOTATION,
  MANAGED_BY_LABEL,
  OWNER_LABEL,
} from '../../crds/names.ts';
import type { ObjectMeta } from '../../crds/object.ts';
import { metadataOf } from '../metadata.ts';

/** A Secret as the API server sends it. */
export interface SecretBody {
  readonly metadata: ObjectMeta & { readonly managedFields?: readonly unknown[] };
  readonly type?: string;
  readonly immutable?: boolean;
  readonly data?: Readonly<Record<string, string>>;
}

interface ManagedFields {
  readonly manager?: unknown;
  readonly operation?: unknown;
  readonly fieldsV1?: { readonly 'f:data'?: unknown };
}

const LABELS = [OWNER_LABEL, MANAGED_BY_LABEL] as const;
const ANNOTATIONS = [CONTENT_ANNOTATION, CHANGED_AT_ANNOTATION, HISTORY_ANNOTATION] as const;

/**
 * Metadata of a Secret, whole or PartialObjectMetadata; anybody may have written its managed fields. Of labels and
 * annotations the operator's own alone are kept: kubectl keeps a copy of all data in one of its.
 */
export function secretMetadata(secret: Pick<SecretBody, 'metadata'>): SecretMetadata {
  const managed: unknown = secret.metadata.managedFields;
  const entries: readonly (ManagedFields | null)[] = Array.isArray(managed) ? managed : [];
  const isOurs = ({ manager, operation }: ManagedFields) => manager === FIELD_MANAGER && operation === 'Apply';
  const sharesData = entries.some(entry => entry !== null && !isOurs(entry) && namesKeys(entry.fieldsV1?.['f:data']));
  const { labels, annotations, ...metadata } = metadataOf(secret);
  return {
    ...metadata,
    ...(labels !== undefined && { labels: only(LABELS, labels) }),
    ...(annotations !== undefined && { annotations: withoutEcho(only(ANNOTATIONS, annotations)) }),
    ...(sharesData && { sharesData }),
  };
}

function only(keys: readonly string[], from: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const key of keys) {
    const text = Object.hasOwn(from, key) ? from[key] : undefined;
    if (text !== undefined) kept[key] = text;
  }
  return kept;
}

/** A history of the present content alone says what the other annotations say: most Secrets have held no other. */
function withoutEcho(annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { [HISTORY_ANNOTATION]: told, ...others } = annotations;
  const { [CONTENT_ANNOTATION]: content, [CHANGED_AT_ANNOTATION]: time } = others;
  const isEcho =
    content !== undefined && time !== undefined && told === writeHistory([{ content, time }])[HISTORY_ANNOTATION];
  return isEcho ? others : annotations;
}

/** The mark of the map itself, `.`, is no key. */
function namesKeys(fields: unknown): boolean {
  return typeof fields === 'object' && fields !== null && Object.keys(fields).some(name => name.startsWith('f:'));
}

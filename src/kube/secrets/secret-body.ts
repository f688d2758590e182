import type { SecretMetadata } from '../../controller/aws-secret/secret/secret.ts';
import { FIELD_MANAGER } from '../../crds/names.ts';
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

/** Metadata of a Secret, whole or PartialObjectMetadata; anybody may have written its managed fields. */
export function secretMetadata(secret: Pick<SecretBody, 'metadata'>): SecretMetadata {
  const managed: unknown = secret.metadata.managedFields;
  const entries: readonly (ManagedFields | null)[] = Array.isArray(managed) ? managed : [];
  const isOurs = ({ manager, operation }: ManagedFields) => manager === FIELD_MANAGER && operation === 'Apply';
  const sharesData = entries.some(entry => entry !== null && !isOurs(entry) && namesKeys(entry.fieldsV1?.['f:data']));
  return { ...metadataOf(secret), ...(sharesData && { sharesData }) };
}

/** The mark of the map itself, `.`, is no key. */
function namesKeys(fields: unknown): boolean {
  return typeof fields === 'object' && fields !== null && Object.keys(fields).some(name => name.startsWith('f:'));
}

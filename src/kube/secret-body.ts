import type { ObjectMeta } from '../crds/object.ts';

/** A Secret as the API server sends it. */
export interface SecretBody {
  readonly metadata: ObjectMeta & { readonly managedFields?: readonly unknown[] };
  readonly type?: string;
  readonly immutable?: boolean;
  readonly data?: Readonly<Record<string, string>>;
}

/** Metadata of any object, whole or PartialObjectMetadata, without what only the API server needs. */
export function metadataOf({ metadata }: { readonly metadata: ObjectMeta }): ObjectMeta {
  const { name, namespace, uid, resourceVersion, creationTimestamp, labels, annotations, ownerReferences } = metadata;
  return {
    name,
    namespace,
    uid,
    resourceVersion,
    ...(creationTimestamp !== undefined && { creationTimestamp }),
    ...(labels !== undefined && { labels }),
    ...(annotations !== undefined && { annotations }),
    ...(ownerReferences !== undefined && { ownerReferences }),
  };
}

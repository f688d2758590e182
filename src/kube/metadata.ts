import type { ObjectMeta } from '../crds/object.ts';

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

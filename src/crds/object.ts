/** The part of Kubernetes' ObjectMeta that the operator reads. `resourceVersion` is opaque: compared for equality only. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** The owner that manages the object, of which there is one at the most (metav1.GetControllerOf). */
export function controllerOf<T extends Pick<OwnerReference, 'controller'>>(metadata: {
  readonly ownerReferences?: readonly T[];
}): T | undefined {
  return metadata.ownerReferences?.find(owner => owner.controller);
}

import type { ObjectMeta, OwnerReference } from '../../../crds/object.ts';

/** A Secret without its data, as the watch gives it. */
export interface SecretMetadata extends ObjectMeta {
  /** Set where keys of its data were set by anything but an apply of ours, which would leave there what it does not name. */
  readonly sharesData?: true;
}

/** A Secret as a GET gives it. */
export interface LiveSecret {
  readonly metadata: SecretMetadata;
  readonly type: string;
  readonly immutable: boolean;
  readonly data: ReadonlyMap<string, Uint8Array>;
}

/** A Secret as the operator wants it. */
export interface SecretManifest {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly ownerReferences: readonly OwnerReference[];
  readonly data: ReadonlyMap<string, Uint8Array>;
}

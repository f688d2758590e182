import type { ObjectMeta } from '../../crds/object.ts';

/** A Secret as the API server sends it. */
export interface SecretBody {
  readonly metadata: ObjectMeta & { readonly managedFields?: readonly unknown[] };
  readonly type?: string;
  readonly immutable?: boolean;
  readonly data?: Readonly<Record<string, string>>;
}

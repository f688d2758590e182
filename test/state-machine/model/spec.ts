import type { Json } from '../schema/json-schema.ts';

/** The spec of an AwsSecret as it is applied: without defaults, which are below. */
export interface Spec {
  readonly suspend?: boolean;
  readonly regions?: readonly string[];
  readonly data?: readonly DataEntry[];
  readonly dataFrom?: readonly { readonly secretId: string }[];
  readonly target?: {
    readonly name?: string;
    readonly type?: string;
    readonly creationPolicy?: string;
    readonly metadata?: Metadata;
  };
}

export interface DataEntry {
  readonly key: string;
  readonly secretId: string;
  readonly property?: string;
  readonly versionStage?: string;
  readonly optional?: boolean;
}

export interface Metadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A value that keeps the schema, as what it then is. */
export function asSpec(value: Json): Spec {
  return value as unknown as Spec;
}

/** Where the spec asks first. */
export function primaryRegion({ regions }: Spec, byDefault: string): string {
  return regions?.[0] ?? byDefault;
}

export function targetOf({ target = {} }: Spec, awsSecret: string) {
  const { name = awsSecret, type = 'Opaque', creationPolicy = 'Owner', metadata = {} } = target;
  return { name, type, isOwned: creationPolicy === 'Owner', metadata };
}

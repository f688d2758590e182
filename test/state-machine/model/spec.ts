import type { Json } from '../schema/json-schema.ts';

/** The spec of an AwsSecret as it is applied: without defaults, which are below. */
export interface Spec {
  readonly suspend?: boolean;
  readonly regions?: readonly string[];
  readonly data?: readonly DataEntry[];
  readonly dataFrom?: readonly DataFromEntry[];
  readonly target?: {
    readonly name?: string;
    readonly type?: string;
    readonly creationPolicy?: string;
    readonly metadata?: Metadata;
  };
}

export interface DataEntry {
  readonly key: string;
  readonly secretId?: string;
  readonly parameter?: string;
  readonly property?: string;
  readonly jmesPath?: string;
  readonly encoding?: string;
  readonly versionStage?: string;
  readonly versionId?: string;
  readonly parameterVersion?: number;
  readonly parameterLabel?: string;
  readonly optional?: boolean;
}

export interface DataFromEntry {
  readonly secretId?: string;
  readonly parameterPath?: string;
  readonly find?: {
    readonly namePattern: string;
    readonly tags?: Readonly<Record<string, string>>;
    readonly expand?: boolean;
  };
  readonly keys?: {
    readonly rename?: readonly { readonly pattern: string; readonly replacement: string }[];
    readonly case?: string;
    readonly prefix?: string;
  };
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

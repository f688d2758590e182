import type { AwsSecret } from '../../../crds/aws-secret.ts';
import type { SourceReference } from '../ports.ts';

const CURRENT = 'AWSCURRENT';

/** The distinct references of a spec, in the order they are first named. */
export function sourceReferences({ spec }: AwsSecret): readonly SourceReference[] {
  const regions = spec.regions ?? [];
  const all = [
    ...(spec.data ?? []).map(({ secretId, versionStage }) => ({ secretId, versionStage, regions })),
    ...(spec.dataFrom ?? []).map(({ secretId }) => ({ secretId, versionStage: CURRENT, regions })),
  ];
  return [...new Map(all.map(reference => [sourceKey(reference), reference])).values()];
}

/** Identifies a reference within one AwsSecret. Both parts may hold any character. */
export function sourceKey({ secretId, versionStage = CURRENT }: { secretId: string; versionStage?: string }): string {
  return JSON.stringify([versionStage, secretId]);
}

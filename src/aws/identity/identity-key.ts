import type { AssumedRole, Identity } from '../../controller/aws-secret/ports.ts';

/**
 * Equal for two identities if and only if they are the same to AWS: no cache entry is shared but under one key. The
 * operator's own is one for all namespaces, until it assumes a role, whose session carries the namespace as a tag.
 */
export function keyOf(identity: Identity): string {
  if (isOperatorsOwn(identity)) return '[]';
  const { namespace, serviceAccountName, roleArn, assumeRoles } = identity;
  return JSON.stringify([namespace, serviceAccountName ?? null, roleArn ?? null, assumeRoles.map(hopKey)]);
}

/** Whether it is what the operator itself runs as. */
function isOperatorsOwn({ serviceAccountName, roleArn, assumeRoles }: Identity): boolean {
  return serviceAccountName === undefined && roleArn === undefined && assumeRoles.length === 0;
}

function hopKey({ roleArn, externalId, sessionTags }: AssumedRole): readonly unknown[] {
  // By key alone: two entries may read the same once they are joined, and then their order would be anybody's.
  const tags = Object.entries(sessionTags).sort(([a], [b]) => (a < b ? -1 : 1));
  return [roleArn, externalId ?? null, tags];
}

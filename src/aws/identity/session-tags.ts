/** Whose session it is: told by tags, for policies of resources and roles. */
export interface TaggedFor {
  readonly namespace: string;
  /** The setting `--cluster-name`. */
  readonly clusterName: string | undefined;
}

export const NAMESPACE_TAG = 'secrets-operator/namespace';
export const CLUSTER_TAG = 'secrets-operator/cluster';

/** EKS Pod Identity sets tags of the last two kinds (docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html). */
const RESERVED = /^(secrets-operator\/|kubernetes-|eks-)/i;

/**
 * Keys that no spec may set, because policies trust who does. AWS does not tell upper from lower case in them
 * (docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html, Tags).
 */
export function reservedTags(tags: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(tags).filter(key => RESERVED.test(key));
}

/** The tags of one hop, as AssumeRole takes them. None is transitive: the next hop, which has the same keys, would fail. */
export function sessionTags(
  tags: Readonly<Record<string, string>>,
  { namespace, clusterName }: TaggedFor,
): { Key: string; Value: string }[] {
  const ours = { [NAMESPACE_TAG]: namespace, ...(clusterName !== undefined && { [CLUSTER_TAG]: clusterName }) };
  return Object.entries({ ...tags, ...ours }).map(([Key, Value]) => ({ Key, Value }));
}

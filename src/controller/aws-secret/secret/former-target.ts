import { type AwsSecret, targetName } from '../../../crds/aws-secret.ts';
import { readHistory } from '../../../crds/content-history.ts';
import type { ContentHasher } from '../ports.ts';
import { notedContent } from './content.ts';
import { isNamedBy, isOwner } from './ownership.ts';
import type { LiveSecret, SecretMetadata } from './secret.ts';

/** Whom such Secrets serve, the operator does not watch: Ingresses and Gateways, ServiceAccounts, builds, Git sources. */
const USED_UNSEEN: ReadonlySet<string> = new Set([
  'kubernetes.io/basic-auth',
  'kubernetes.io/dockerconfigjson',
  'kubernetes.io/ssh-auth',
  'kubernetes.io/tls',
]);

/**
 * What becomes of a Secret that `target.name` named before: `keep` it, and say why; `release` it, so that nothing of
 * ours is left but the data; `delete` it; or `ignore` it, because it is not ours to decide.
 */
export type Farewell =
  | { readonly kind: 'keep'; readonly why: string }
  | { readonly kind: 'release' | 'delete' | 'ignore' };

/** Those of `secrets` that are not the target of `awsSecret` and still name it; a copy elsewhere is not our business. */
export function formerTargets(awsSecret: AwsSecret, secrets: readonly SecretMetadata[]): readonly SecretMetadata[] {
  const { namespace } = awsSecret.metadata;
  const isFormer = (secret: SecretMetadata): boolean =>
    secret.namespace === namespace && secret.name !== targetName(awsSecret) && isNamedBy(awsSecret, secret);
  return secrets.filter(isFormer);
}

/**
 * Only a Secret that is exactly as we left it under its own name, and that nobody else owns, is deleted: a copy, or
 * one that somebody works with, is let go.
 */
export function farewell(awsSecret: AwsSecret, live: LiveSecret, hasher: ContentHasher): Farewell {
  const { metadata, type, data } = live;
  if (!isNamedBy(awsSecret, metadata)) return { kind: 'ignore' };
  const owners = metadata.ownerReferences ?? [];
  if (!isOwner(awsSecret, metadata) || owners.length > 1) return { kind: 'release' };
  const content = notedContent(metadata, hasher);
  if (content === undefined && readHistory(metadata).length > 0) {
    return { kind: 'keep', why: 'the key by which its content could be recognised is lost; delete it by hand' };
  }
  if (content !== hasher.hash(metadata, data)) return { kind: 'release' };
  if (USED_UNSEEN.has(type)) {
    return { kind: 'keep', why: `the operator cannot see who uses Secrets of type ${type}; delete it by hand` };
  }
  return { kind: 'delete' };
}

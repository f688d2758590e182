import { type AwsSecret, targetName } from '../../../crds/aws-secret.ts';
import { API_VERSION, MANAGED_BY, MANAGED_BY_LABEL, OWNER_LABEL } from '../../../crds/names.ts';
import type { OwnerReference } from '../../../crds/object.ts';
import { ok, type Result } from '../../runtime/error.ts';
import { refuseData } from './data-rules.ts';
import type { SecretManifest } from './secret.ts';

/** The Secret that `awsSecret` asks for, without the annotations that tell its history; or why it cannot be made. */
export function renderSecret(awsSecret: AwsSecret, data: ReadonlyMap<string, Uint8Array>): Result<SecretManifest> {
  const { spec, metadata } = awsSecret;
  const refused = refuseData(spec.target.type, data);
  if (refused !== undefined) return refused;
  return ok({
    namespace: metadata.namespace,
    name: targetName(awsSecret),
    type: spec.target.type,
    labels: { ...spec.target.metadata.labels, [OWNER_LABEL]: metadata.uid, [MANAGED_BY_LABEL]: MANAGED_BY },
    annotations: { ...spec.target.metadata.annotations },
    ownerReferences: spec.target.creationPolicy === 'Owner' ? [ownerReference(awsSecret)] : [],
    data,
  });
}

/** Deleting the AwsSecret deletes the Secret, by Kubernetes' own garbage collector. */
function ownerReference({ metadata }: AwsSecret): OwnerReference {
  const { name, uid } = metadata;
  return { apiVersion: API_VERSION, kind: 'AwsSecret', name, uid, controller: true, blockOwnerDeletion: false };
}

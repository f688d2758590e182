import { type AwsSecret, targetName } from '../../crds/aws-secret.ts';
import { API_VERSION, MANAGED_BY, MANAGED_BY_LABEL, OWNER_LABEL } from '../../crds/names.ts';
import type { OwnerReference } from '../../crds/object.ts';
import { fail, ok, type Result } from '../runtime/error.ts';
import type { SecretManifest } from './secret.ts';

/** What the API server accepts in `data`, summed over values (kubernetes.io/docs/concepts/configuration/secret). */
const MAX_DATA_BYTES = 1024 * 1024;

/**
 * kubernetes.io/docs/concepts/configuration/secret, "Types of Secret": what the API server demands. Each entry names
 * keys of which one must be there.
 */
const REQUIRED_KEYS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'kubernetes.io/basic-auth': [['username', 'password']],
  'kubernetes.io/dockerconfigjson': [['.dockerconfigjson']],
  'kubernetes.io/ssh-auth': [['ssh-privatekey']],
  'kubernetes.io/tls': [['tls.crt'], ['tls.key']],
};

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

function refuseData(type: string, data: ReadonlyMap<string, Uint8Array>) {
  for (const key of data.keys()) {
    if (isSecretKey(key)) continue;
    const message = `${JSON.stringify(key)} cannot be a key of a Secret: letters, digits, "-", "_" and ".", 253 at the most; take the value by \`data\` under another key`;
    return fail('InvalidKey', 'content', message);
  }
  const missing = (REQUIRED_KEYS[type] ?? []).filter(keys => !keys.some(key => data.has(key)));
  if (missing.length > 0) {
    const names = missing.map(keys => keys.map(key => `\`${key}\``).join(' or ')).join(' and ');
    const message = `a Secret of type ${type} needs ${names}, which no source gives; add it to \`data\``;
    return fail('MissingTypeKeys', 'content', message);
  }
  let bytes = 0;
  for (const value of data.values()) bytes += value.byteLength;
  if (bytes <= MAX_DATA_BYTES) return undefined;
  const message = `the values are ${bytes} bytes together, and a Secret holds ${MAX_DATA_BYTES} at the most; split the AwsSecret`;
  return fail('TooLarge', 'content', message);
}

function isSecretKey(key: string): boolean {
  return /^[-._a-zA-Z0-9]{1,253}$/.test(key) && key !== '.' && !key.startsWith('..');
}

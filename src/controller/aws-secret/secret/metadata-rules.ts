import type { AwsSecret } from '../../../crds/aws-secret.ts';
import { fail, type Result } from '../../runtime/error.ts';

type Metadata = AwsSecret['spec']['target']['metadata'];

/**
 * Why a Secret cannot have the labels and annotations of a spec; undefined when it can. The API server would say so too,
 * but not before an update has been done in part.
 */
export function refuseMetadata({ labels = {}, annotations = {} }: Metadata): Result<never> | undefined {
  const badLabel = Object.keys(labels).find(key => !isQualifiedName(key));
  if (badLabel !== undefined) return badKey('labels', badLabel);
  const [badValue] = Object.entries(labels).find(([, value]) => !isLabelValue(value)) ?? [];
  if (badValue !== undefined) return badLabelValue(badValue);
  // As Kubernetes has it: a prefix in capitals is no label, and is an annotation.
  const badAnnotation = Object.keys(annotations).find(key => !isQualifiedName(key.toLowerCase()));
  if (badAnnotation !== undefined) return badKey('annotations', badAnnotation);
  const bytes = Object.entries(annotations).reduce((sum, entry) => sum + Buffer.byteLength(entry.join('')), 0);
  return bytes > MAX_ANNOTATION_BYTES ? tooLarge(bytes) : undefined;
}

/** kubernetes/kubernetes, staging/src/k8s.io/apimachinery/pkg/api/validation, TotalAnnotationSizeLimitB, less our own. */
const MAX_ANNOTATION_BYTES = 248 * 1024;
const MAX_NAME = 63;
const MAX_PREFIX = 253;
const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** kubernetes/kubernetes, staging/src/k8s.io/apimachinery/pkg/util/validation, IsQualifiedName. */
function isQualifiedName(key: string): boolean {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  const prefix = parts.length === 2 ? parts[0] : undefined;
  if (parts.length > 2 || (prefix !== undefined && (prefix.length > MAX_PREFIX || !PREFIX.test(prefix)))) return false;
  return name.length <= MAX_NAME && NAME.test(name);
}

/** The same, IsValidLabelValue. */
function isLabelValue(value: string): boolean {
  return value === '' || (value.length <= MAX_NAME && NAME.test(value));
}

function badKey(field: keyof Metadata, key: string): Result<never> {
  const message = `\`target.metadata.${field}\` cannot have the key ${JSON.stringify(key)}: a key is at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends, after a DNS name and "/" if there is one`;
  return fail('InvalidSpec', 'terminal', message);
}

function badLabelValue(key: string): Result<never> {
  const message = `\`target.metadata.labels\` cannot have that value under ${JSON.stringify(key)}: it is empty, or at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends`;
  return fail('InvalidSpec', 'terminal', message);
}

function tooLarge(bytes: number): Result<never> {
  const message = `\`target.metadata.annotations\` are ${bytes} bytes together, and ${MAX_ANNOTATION_BYTES} are written at the most; shorten them`;
  return fail('InvalidSpec', 'terminal', message);
}

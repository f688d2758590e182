import { createHash } from 'node:crypto';
import { RESTART_CONTENT_PREFIX } from '../../crds/names.ts';

/** kubernetes.io/docs/concepts/overview/working-with-objects/annotations: the name part of a key. */
const MAX_NAME = 63;
const HEAD = 46;
const HASH_LENGTH = 16;
/** A Secret may bear such a name of its own: as it stands it would be taken for the one that it is short for. */
const CUT = new RegExp(`^.{${HEAD}}-[0-9a-f]{${HASH_LENGTH}}$`);

/** The pod template annotation that names the content of this Secret; distinct for distinct Secrets. */
export function restartAnnotation(secretName: string): string {
  return RESTART_CONTENT_PREFIX + slug(secretName);
}

function slug(secretName: string): string {
  if (secretName.length <= MAX_NAME && !CUT.test(secretName)) return secretName;
  const hash = createHash('sha256').update(secretName).digest('hex').slice(0, HASH_LENGTH);
  return `${secretName.slice(0, HEAD)}-${hash}`;
}

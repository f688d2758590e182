import { type AwsSecret, targetName } from '../../../crds/aws-secret.ts';
import { API_VERSION, OWNER_LABEL } from '../../../crds/names.ts';
import { controllerOf, type OwnerReference } from '../../../crds/object.ts';
import { ok, type Result } from '../../runtime/error.ts';
import { adoptedByOther, notOwned, ownedBy } from './refusals.ts';
import type { SecretMetadata } from './secret.ts';

/**
 * On what ground a Secret may be written: `certain` its metadata tell; `takeover` it names another AwsSecret, which as
 * far as the cache knows is gone or keeps another Secret, so that the API server has to confirm it; `provable` only its
 * label names us, which anybody can write, so that its content has to be what we put there.
 */
export type Claim = 'certain' | 'takeover' | 'provable';

/**
 * Whether `awsSecret` may write the Secret that stands under its target's name. The authority is the ownerReference;
 * the label speaks only for an adopted Secret, which has none of ours, and for one that has lost it.
 * `withUid` finds an AwsSecret that exists.
 */
export function mayWrite(
  awsSecret: AwsSecret,
  live: SecretMetadata,
  withUid: (uid: string) => AwsSecret | undefined,
): Result<Claim> {
  const { metadata, spec } = awsSecret;
  if (isOwner(awsSecret, live)) return ok('certain');

  const controller = controllerOf(live);
  if (controller !== undefined) {
    return isLeftBehind(awsSecret, live, controller, withUid) ? ok('takeover') : ownedBy(live, controller);
  }

  const adopter = live.labels?.[OWNER_LABEL];
  if (adopter !== undefined && adopter !== metadata.uid && keeps(withUid(adopter), live)) {
    return adoptedByOther(live);
  }
  const isOurs = adopter === metadata.uid;
  if (spec.target.creationPolicy === 'Adopt') return ok(adopter === undefined || isOurs ? 'certain' : 'takeover');
  return isOurs ? ok('provable') : notOwned(live);
}

/** Whether an ownerReference of the Secret names `awsSecret`. */
export function isOwner({ metadata }: AwsSecret, live: SecretMetadata): boolean {
  return live.ownerReferences?.some(owner => owner.uid === metadata.uid) === true;
}

/** Whether it carries the sign of `awsSecret`: as its owner, or by label where no controller owns it. */
export function isNamedBy(awsSecret: AwsSecret, live: SecretMetadata): boolean {
  if (isOwner(awsSecret, live)) return true;
  return controllerOf(live) === undefined && live.labels?.[OWNER_LABEL] === awsSecret.metadata.uid;
}

/** Whether the AwsSecret that owns it is our former self, or keeps another Secret by now. */
function isLeftBehind(
  { metadata }: AwsSecret,
  live: SecretMetadata,
  controller: OwnerReference,
  withUid: (uid: string) => AwsSecret | undefined,
): boolean {
  if (controller.apiVersion !== API_VERSION || controller.kind !== 'AwsSecret') return false;
  const owner = withUid(controller.uid);
  // Deleted and made again under its name it takes its Secret back before that is collected.
  if (owner === undefined) return controller.name === metadata.name;
  return owner.metadata.namespace === live.namespace && !keeps(owner, live);
}

function keeps(awsSecret: AwsSecret | undefined, live: SecretMetadata): boolean {
  return (
    awsSecret !== undefined && awsSecret.metadata.namespace === live.namespace && targetName(awsSecret) === live.name
  );
}

import { type AwsSecret, targetName } from '../../crds/aws-secret.ts';
import { API_VERSION, OWNER_LABEL } from '../../crds/names.ts';
import { fail, ok, type Result } from '../runtime/error.ts';
import type { SecretMetadata } from './secret.ts';

/**
 * Whether `awsSecret` may write the Secret that stands under its target's name. The authority is the ownerReference;
 * the label speaks only for an adopted Secret, which has none of ours.
 * `isAlive` tells whether an AwsSecret with that UID exists.
 */
export function mayWrite(awsSecret: AwsSecret, live: SecretMetadata, isAlive: (uid: string) => boolean): Result<void> {
  const { metadata, spec } = awsSecret;
  const owners = live.ownerReferences ?? [];
  if (owners.some(owner => owner.uid === metadata.uid)) return ok(undefined);
  const name = JSON.stringify(targetName(awsSecret));

  const controller = owners.find(owner => owner.controller);
  if (controller !== undefined) {
    const isOurKind = controller.apiVersion === API_VERSION && controller.kind === 'AwsSecret';
    // An AwsSecret that was deleted and made again under its name takes its Secret back before it is collected.
    if (isOurKind && controller.name === metadata.name && !isAlive(controller.uid)) return ok(undefined);
    const message = `Secret ${name} belongs to ${controller.kind} ${JSON.stringify(controller.name)}; choose another \`target.name\``;
    return fail('TargetOwnedByOther', 'terminal', message);
  }

  const adopter = live.labels?.[OWNER_LABEL];
  if (adopter === metadata.uid && spec.target.creationPolicy === 'Adopt') return ok(undefined);
  if (adopter !== undefined && adopter !== metadata.uid && isAlive(adopter)) {
    return fail(
      'TargetOwnedByOther',
      'terminal',
      `Secret ${name} was adopted by another AwsSecret; choose another \`target.name\``,
    );
  }
  if (spec.target.creationPolicy === 'Adopt') return ok(undefined);
  const message = `Secret ${name} exists and this AwsSecret did not make it; delete it, choose another \`target.name\`, or set \`target.creationPolicy: Adopt\``;
  return fail('TargetNotOwned', 'terminal', message);
}

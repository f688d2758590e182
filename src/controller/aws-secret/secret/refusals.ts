import type { OwnerReference } from '../../../crds/object.ts';
import { fail, type Result } from '../../runtime/error.ts';

/** A Secret, and below why it cannot be written. */
interface Named {
  readonly name: string;
}

export function notOwned(live: Named): Result<never> {
  const message = `Secret ${quote(live)} exists and this AwsSecret did not make it; delete it, choose another \`target.name\`, or set \`target.creationPolicy: Adopt\``;
  return fail('TargetNotOwned', 'terminal', message);
}

export function ownedBy(live: Named, { kind, name }: OwnerReference): Result<never> {
  const message = `Secret ${quote(live)} belongs to ${kind} ${JSON.stringify(name)}; choose another \`target.name\``;
  return fail('TargetOwnedByOther', 'terminal', message);
}

export function adoptedByOther(live: Named): Result<never> {
  const message = `Secret ${quote(live)} was adopted by another AwsSecret; choose another \`target.name\``;
  return fail('TargetOwnedByOther', 'terminal', message);
}

export function ofOtherType(live: Named, wanted: string): Result<never> {
  const message = `Secret ${quote(live)} has another type than ${wanted}, which cannot be changed; delete it, or set \`target.type\``;
  return fail('TargetTypeDiffers', 'terminal', message);
}

export function immutable(live: Named): Result<never> {
  const message = `Secret ${quote(live)} is immutable and holds another content; delete it, and it is made anew`;
  return fail('TargetImmutable', 'terminal', message);
}

/** What etcd takes is more than the values: names of keys count too, several times. */
export function tooLarge(live: Named): Result<never> {
  const message = `Secret ${quote(live)} with the names of its keys is larger than the API server can store; take fewer or shorter keys, or split the AwsSecret`;
  return fail('TooLarge', 'content', message);
}

function quote({ name }: Named): string {
  return JSON.stringify(name);
}

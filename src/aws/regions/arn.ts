/**
 * docs.aws.amazon.com/service-authorization: arn:partition:secretsmanager:region:account:secret:name-suffix, and
 * arn:partition:ssm:region:account:parameter/name.
 */
const ARN = /^(arn:[a-z-]+:(?:secretsmanager|ssm):)([a-z]{2,}(?:-[a-z]+)+-[0-9]+)(:.+)$/;

/** Region that an ARN names; undefined for a name. */
export function regionOf(id: string): string | undefined {
  return ARN.exec(id)?.[2];
}

/** The same in another region: a replica has the primary's ARN but for the region. A name stays as it is. */
export function inRegion(id: string, region: string): string {
  return id.replace(ARN, (_whole, head: string, _region, tail: string) => head + region + tail);
}

const SUFFIX = /-[A-Za-z0-9]{6}$/;

/** The name in a secret's ARN, or as much of its beginning as can be told from a partial one; a name stays as it is. */
export function nameOf(secretId: string): string {
  const tail = ARN.exec(secretId)?.[3];
  const name = tail?.slice(tail.indexOf(':secret:') + ':secret:'.length);
  return name?.replace(SUFFIX, '') ?? secretId;
}

/** Every way in which a secret may be asked for: name, ARN, and ARN without its random suffix. */
export function idsOf({ arn, name }: { readonly arn: string; readonly name: string }): readonly string[] {
  return [name, arn, arn.replace(SUFFIX, '')];
}

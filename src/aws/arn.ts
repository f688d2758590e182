/** docs.aws.amazon.com/service-authorization: arn:partition:secretsmanager:region:account:secret:name-suffix. */
const ARN = /^(arn:[a-z-]+:secretsmanager:)([a-z]{2,}(?:-[a-z]+)+-[0-9]+)(:.+)$/;

/** Region that an ARN names; undefined for a name. */
export function regionOf(secretId: string): string | undefined {
  return ARN.exec(secretId)?.[2];
}

/** The same secret in another region: a replica has the primary's ARN but for the region. A name stays as it is. */
export function inRegion(secretId: string, region: string): string {
  return secretId.replace(ARN, (_whole, head: string, _region, tail: string) => head + region + tail);
}

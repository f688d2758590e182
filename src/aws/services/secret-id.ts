/** As the end of a complete ARN: "a hyphen and six random characters" (Secrets Manager, "Troubleshoot", partial ARNs). */
const SUFFIX = /^-[A-Za-z0-9]{6}$/;
const COMPLETE = /-[A-Za-z0-9]{6}$/;

/**
 * Whether `secretId`, as it was asked for, is this secret: its name, its ARN, or its ARN without the six random
 * characters. As for AWS, an ARN that ends like a complete one is complete, even where that is the end of a name.
 */
export function matches(secretId: string, { arn, name }: { readonly arn: string; readonly name: string }): boolean {
  if (secretId === name || secretId === arn) return true;
  const isPartialArn = secretId.startsWith('arn:') && !COMPLETE.test(secretId);
  return isPartialArn && arn.startsWith(secretId) && SUFFIX.test(arn.slice(secretId.length));
}

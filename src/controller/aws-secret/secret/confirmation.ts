import type { AwsSecret } from '../../../crds/aws-secret.ts';
import { fail, ok, type Result } from '../../runtime/error.ts';
import type { AwsSecretIndex } from '../ports.ts';

/**
 * Has the API server confirm that an AwsSecret is there, and says what the cache says: to be asked before what cannot be
 * taken back. Ends in `conflict` when the cache is behind, so that it is decided anew.
 */
export async function confirm(
  awsSecret: AwsSecret,
  { isCurrent }: Pick<AwsSecretIndex, 'isCurrent'>,
): Promise<Result<void>> {
  const current = await isCurrent(awsSecret);
  if (!current.ok) return current;
  if (current.value) return ok(undefined);
  return fail('Progressing', 'conflict', `AwsSecret ${JSON.stringify(awsSecret.metadata.name)} has changed`);
}

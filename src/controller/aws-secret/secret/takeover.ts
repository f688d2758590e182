import type { AwsSecret } from '../../../crds/aws-secret.ts';
import { OWNER_LABEL } from '../../../crds/names.ts';
import { controllerOf } from '../../../crds/object.ts';
import { ok, type Result } from '../../runtime/error.ts';
import type { AwsSecretIndex } from '../ports.ts';
import { confirm } from './confirmation.ts';
import type { SecretMetadata } from './secret.ts';

type Lookup = Pick<AwsSecretIndex, 'withUid' | 'isCurrent'>;

/**
 * Has the API server confirm what the cache says of those that a takeover concerns (`Claim`): a former leader may have
 * known more, and a Secret that is given to an AwsSecret which is gone is deleted by the garbage collector. Ends in
 * `conflict` when the cache is behind.
 */
export async function confirmTakeover(
  awsSecret: AwsSecret,
  live: SecretMetadata,
  awsSecrets: Lookup,
): Promise<Result<void>> {
  for (const party of parties(awsSecret, live, awsSecrets)) {
    const confirmed = await confirm(party, awsSecrets);
    if (!confirmed.ok) return confirmed;
  }
  return ok(undefined);
}

/**
 * Ourselves, and who had the Secret before if that exists. An owner that the cache does not know bears our name: where
 * we exist, it does not. One that is being deleted writes nothing any more.
 */
function parties(awsSecret: AwsSecret, live: SecretMetadata, { withUid }: Lookup): readonly AwsSecret[] {
  const controller = controllerOf(live)?.uid;
  const former = withUid(controller ?? live.labels?.[OWNER_LABEL] ?? '');
  return former === undefined || former.metadata.deletionTimestamp !== undefined ? [awsSecret] : [awsSecret, former];
}

import type { AwsSecret } from '../../crds/aws-secret.ts';
import { REFRESH_REQUESTED_ANNOTATION } from '../../crds/names.ts';

/** Whether a change of an AwsSecret asks for a reconcile: our own status writes do not. */
export function isRelevantChange(before: AwsSecret | undefined, after: AwsSecret | undefined): boolean {
  if (before === undefined || after === undefined) return true;
  const request = (awsSecret: AwsSecret) => awsSecret.metadata.annotations?.[REFRESH_REQUESTED_ANNOTATION];
  return (
    before.metadata.uid !== after.metadata.uid ||
    before.metadata.generation !== after.metadata.generation ||
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    request(before) !== request(after)
  );
}

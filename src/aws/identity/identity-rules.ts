import type { Identity } from '../../controller/aws-secret/ports.ts';
import type { SyncError } from '../../controller/runtime/error.ts';
import { reservedTags } from './session-tags.ts';

const ROLE_ARN = /^arn:[a-z-]+:iam::[0-9]{12}:role\/[!-~]+$/;
/** A DNS subdomain: nothing else can be a ServiceAccount, nor is fit for a URL or a trust policy. */
const OBJECT_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const MAX_HOPS = 2;

/** Whether it is the ARN of an IAM role. */
export function isRoleArn(text: string): boolean {
  return ROLE_ARN.test(text);
}

/** Why there can be no such identity. The CRD refuses all of this; who holds an older one must gain nothing by it. */
export function identityDefect({ serviceAccountName, roleArn, assumeRoles }: Identity): SyncError | undefined {
  if (serviceAccountName !== undefined && !OBJECT_NAME.test(serviceAccountName)) {
    return invalid('`auth.serviceAccountName` is a name that no ServiceAccount can have');
  }
  if (roleArn !== undefined && serviceAccountName === undefined) {
    return invalid(
      '`auth.roleArn` needs `serviceAccountName`; to assume a role from the operator’s own, use `assumeRoles`',
    );
  }
  if (assumeRoles.length > MAX_HOPS) return invalid(`\`auth.assumeRoles\` names more than ${MAX_HOPS} roles`);
  if (![...(roleArn === undefined ? [] : [roleArn]), ...assumeRoles.map(role => role.roleArn)].every(isRoleArn)) {
    return invalid(
      '`auth` names a role that is no ARN of an IAM role, such as arn:aws:iam::111122223333:role/payments',
    );
  }
  if (assumeRoles.some(role => reservedTags(role.sessionTags).length > 0)) {
    return invalid(
      '`sessionTags` must not begin with secrets-operator/, kubernetes- or eks-, which are set by the operator and by EKS',
    );
  }
  return undefined;
}

function invalid(message: string): SyncError {
  return { reason: 'InvalidSpec', retry: 'terminal', message };
}

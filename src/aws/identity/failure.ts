import type { AssumedRole, Identity } from '../../controller/aws-secret/ports.ts';
import type { SyncError } from '../../controller/runtime/error.ts';
import type { CredentialsError } from './credentials-error.ts';

/** Why an identity has no credentials, in words that name who lacks what, and the way out. */
export function describeCredentialsFailure(error: CredentialsError, identity: Identity): SyncError {
  const { attempt, code } = error;
  if (attempt.kind === 'Refused') return attempt.error;
  if (error.isTransient) {
    return { reason: 'Unavailable', retry: 'transient', message: `no AWS credentials: STS did not answer (${code})` };
  }
  return { reason: 'CredentialsUnavailable', retry: 'content', message: refusal(error, identity) };
}

function refusal({ attempt, code }: CredentialsError, identity: Identity): string {
  if (attempt.kind === 'WebIdentity') return tokenRefusal(attempt.roleArn, code, identity);
  const role = attempt.kind === 'AssumeRole' ? identity.assumeRoles[attempt.hop] : undefined;
  if (attempt.kind === 'AssumeRole' && role !== undefined) return roleRefusal(role, attempt.hop, code, identity);
  return `no AWS credentials (${code}); see the operator's role, its trust policy and its ServiceAccount`;
}

function tokenRefusal(roleArn: string, code: string, { namespace, serviceAccountName = '' }: Identity): string {
  const account = `ServiceAccount ${JSON.stringify(serviceAccountName)}`;
  switch (code) {
    case 'AccessDenied':
      return `role ${roleArn} does not trust ${account} (${code}); its trust policy must allow sts:AssumeRoleWithWebIdentity where sub is "system:serviceaccount:${namespace}:${serviceAccountName}" and aud is "sts.amazonaws.com"`;
    case 'InvalidIdentityToken':
    case 'InvalidIdentityTokenException':
    case 'IDPRejectedClaim':
    case 'IDPRejectedClaimException':
      return `AWS does not take the token of ${account} for role ${roleArn} (${code}); the role's account needs this cluster's OIDC provider in IAM, with client id sts.amazonaws.com`;
    case 'RegionDisabledException':
      return `STS is switched off in all of the operator's regions for the account of role ${roleArn} (${code}); switch it on in IAM, or give the operator other regions`;
    default:
      return `${account} cannot assume role ${roleArn} (${code}); see the role and its trust policy`;
  }
}

function roleRefusal({ roleArn, externalId }: AssumedRole, hop: number, code: string, identity: Identity): string {
  const who = assumer(hop, identity);
  switch (code) {
    case 'AccessDenied': {
      const given = externalId === undefined ? '' : ', with this external id';
      return `${who} may not assume role ${roleArn} (${code}); allow it sts:AssumeRole and sts:TagSession on that role, and the same${given} in the role's trust policy`;
    }
    case 'PackedPolicyTooLarge':
    case 'PackedPolicyTooLargeException':
      return `the session tags of role ${roleArn} are too long for AWS (${code}); set fewer or shorter \`sessionTags\``;
    case 'RegionDisabledException':
      return `STS is switched off in all of the operator's regions for role ${roleArn} (${code}); switch it on in IAM, or give the operator other regions`;
    default:
      return `${who} cannot assume role ${roleArn} (${code}); see the role, its trust policy and its \`sessionTags\``;
  }
}

/** Whose credentials a hop begins with. */
function assumer(hop: number, { serviceAccountName, assumeRoles }: Identity): string {
  const before = assumeRoles[hop - 1];
  if (before !== undefined) return `role ${before.roleArn}`;
  if (serviceAccountName === undefined) return "the operator's own identity";
  return `the role of ServiceAccount ${JSON.stringify(serviceAccountName)}`;
}

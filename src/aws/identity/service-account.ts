import type { ObjectKey } from '../../controller/runtime/key.ts';
import type { ServiceAccounts } from '../../controller/runtime/ports.ts';
import type { CredentialProvider } from './credentials.ts';
import { CredentialsError, refusedCredentials } from './credentials-error.ts';
import { isRoleArn } from './identity-rules.ts';
import type { Sts } from './sts.ts';

export interface ServiceAccountOptions {
  readonly account: ObjectKey;
  /** Undefined: the one that the ServiceAccount's annotation names. */
  readonly roleArn: string | undefined;
  readonly sessionName: string;
  readonly serviceAccounts: ServiceAccounts;
  readonly sts: Sts;
}

/** A role by the token of a ServiceAccount. Annotation and token are asked for anew each time: nothing of them is kept. */
export function serviceAccountProvider(options: ServiceAccountOptions): CredentialProvider {
  const { account, sessionName, serviceAccounts, sts } = options;
  return async () => {
    const roleArn = options.roleArn ?? (await annotatedRole(account, serviceAccounts));
    const token = await serviceAccounts.token(account);
    if (!token.ok) throw refusedCredentials(token.error);
    try {
      return await sts.exchangeToken({ roleArn, sessionName, token: token.value });
    } catch (error) {
      throw new CredentialsError(error, { kind: 'WebIdentity', roleArn });
    }
  };
}

async function annotatedRole(account: ObjectKey, serviceAccounts: ServiceAccounts): Promise<string> {
  const role = await serviceAccounts.annotatedRole(account);
  if (!role.ok) throw refusedCredentials(role.error);
  if (role.value !== undefined && isRoleArn(role.value)) return role.value;
  const problem =
    role.value === undefined
      ? 'names no role: set its annotation eks.amazonaws.com/role-arn, or `auth.roleArn`'
      : 'has an annotation eks.amazonaws.com/role-arn that is no ARN of an IAM role: correct it, or set `auth.roleArn`';
  const message = `ServiceAccount ${JSON.stringify(account.name)} of namespace ${account.namespace} ${problem}`;
  throw refusedCredentials({ reason: 'CredentialsUnavailable', retry: 'content', message });
}

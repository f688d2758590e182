import type { CredentialProvider, Credentials, SharedCredentials } from './credentials.ts';
import { CredentialsError } from './credentials-error.ts';
import type { RoleRequest, Sts } from './sts.ts';

export interface HopOptions {
  /** Who assumes the role. */
  readonly source: SharedCredentials;
  readonly request: RoleRequest;
  /** Which of the identity's roles it is, from 0. */
  readonly hop: number;
  readonly sts: Sts;
}

const EXPIRED: ReadonlySet<string> = new Set(['ExpiredToken', 'ExpiredTokenException']);

/** A role that other credentials assume. Asks once more where AWS calls these expired, whatever our own clock says. */
export function assumedRoleProvider({ source, request, hop, sts }: HopOptions): CredentialProvider {
  const assume = async (used: Credentials): Promise<Credentials> => {
    try {
      return await sts.assumeRole(used, request);
    } catch (error) {
      throw new CredentialsError(error, { kind: 'AssumeRole', hop });
    }
  };
  return async () => {
    const used = await source();
    try {
      return await assume(used);
    } catch (error) {
      if (!(error instanceof CredentialsError && EXPIRED.has(error.code))) throw error;
      return await assume(await source({ refused: used }));
    }
  };
}

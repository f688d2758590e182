import type { Identity } from '../../controller/aws-secret/ports.ts';
import type { ServiceAccounts } from '../../controller/runtime/ports.ts';
import { type CredentialProvider, type SharedCredentials, shareCredentials } from './credentials.ts';
import { refusedCredentials } from './credentials-error.ts';
import { keyOf } from './identity-key.ts';
import { identityDefect } from './identity-rules.ts';
import { type OperatorOptions, operatorProvider } from './operator.ts';
import { assumedRoleProvider } from './role-chain.ts';
import { serviceAccountProvider } from './service-account.ts';
import { sessionTags } from './session-tags.ts';
import { createSts } from './sts.ts';

export interface IdentitiesOptions extends OperatorOptions {
  readonly serviceAccounts: ServiceAccounts;
  /** Told to AWS with each assumed role, where it is set. */
  readonly clusterName: string | undefined;
}

export interface Identities {
  /**
   * Credentials of this identity and of no other, shared by all who ask under its key. Rejects with a CredentialsError
   * alone. What it gives may be kept for good: it holds no credentials by itself.
   */
  credentialsOf(identity: Identity): SharedCredentials;
  keyOf(identity: Identity): string;
}

interface Entry {
  readonly credentials: SharedCredentials;
  readonly askedAt: number;
}

/** No session that we ask STS for lasts longer (the default DurationSeconds of both calls): nothing good is forgotten. */
const IDLE_MS = 3_600_000;
/** docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html, RoleSessionName. */
const SESSION_NAME_LENGTH = 64;

/** One provider for each identity key. What nobody has asked for in an hour is forgotten, so that memory is bounded. */
export function createIdentities(options: IdentitiesOptions): Identities {
  const { clock } = options;
  const sts = createSts(options);
  /** In the order in which they were last asked for. */
  const entries = new Map<string, Entry>();

  const credentialsOf = (identity: Identity): SharedCredentials => {
    const key = keyOf(identity);
    return asked => entryOf(key, identity).credentials(asked);
  };
  const entryOf = (key: string, identity: Identity): Entry => {
    const askedAt = clock.monotonic();
    for (const [idle, entry] of entries) {
      if (askedAt - entry.askedAt < IDLE_MS) break;
      entries.delete(idle);
    }
    const credentials = entries.get(key)?.credentials ?? shareCredentials(providerOf(identity), clock);
    const entry = { credentials, askedAt };
    entries.delete(key);
    entries.set(key, entry);
    return entry;
  };
  const providerOf = (identity: Identity): CredentialProvider => {
    const defect = identityDefect(identity);
    if (defect !== undefined) return () => Promise.reject(refusedCredentials(defect));
    const { namespace, serviceAccountName, roleArn, assumeRoles } = identity;
    const sessionName = `secrets-operator.${namespace}`.slice(0, SESSION_NAME_LENGTH);
    const hop = assumeRoles.length - 1;
    const last = assumeRoles[hop];
    if (last !== undefined) {
      const source = credentialsOf({ ...identity, assumeRoles: assumeRoles.slice(0, hop) });
      const tags = sessionTags(last.sessionTags, { namespace, clusterName: options.clusterName });
      const request = { roleArn: last.roleArn, sessionName, externalId: last.externalId, tags };
      return assumedRoleProvider({ source, request, hop, sts });
    }
    if (serviceAccountName === undefined) return operatorProvider(options, sts);
    const account = { namespace, name: serviceAccountName };
    return serviceAccountProvider({ account, roleArn, sessionName, serviceAccounts: options.serviceAccounts, sts });
  };

  return { credentialsOf, keyOf };
}

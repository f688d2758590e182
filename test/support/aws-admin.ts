import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  type PutSecretValueCommandInput,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

export type SecretContent = string | Uint8Array;

/** The hand that makes and rotates secrets in one region, behind the operator's back. */
export interface AwsAdmin {
  /** Returns the VersionId. The same token in two regions gives the same VersionId, as replication does. */
  create(name: string, content: SecretContent | undefined, token?: string): Promise<string>;
  put(name: string, content: SecretContent, options?: { token?: string; stages?: string[] }): Promise<string>;
  /** Deletes it after AWS's waiting time; until then it can be described, and its value not be read. */
  scheduleDeletion(name: string): Promise<void>;
}

export function createAwsAdmin(endpoint: string, region: string): AwsAdmin {
  const credentials = { accessKeyId: 'admin', secretAccessKey: 'admin' };
  const client = new SecretsManagerClient({ endpoint, region, credentials });
  const field = (
    content: SecretContent | undefined,
  ): Pick<PutSecretValueCommandInput, 'SecretString' | 'SecretBinary'> =>
    content === undefined ? {} : typeof content === 'string' ? { SecretString: content } : { SecretBinary: content };
  return {
    async create(name, content, token) {
      const input = { Name: name, ...field(content), ...(token !== undefined && { ClientRequestToken: token }) };
      return (await client.send(new CreateSecretCommand(input))).VersionId ?? '';
    },
    async put(name, content, { token, stages } = {}) {
      const input = {
        SecretId: name,
        ...field(content),
        ...(token !== undefined && { ClientRequestToken: token }),
        ...(stages !== undefined && { VersionStages: stages }),
      };
      return (await client.send(new PutSecretValueCommand(input))).VersionId ?? '';
    },
    async scheduleDeletion(name) {
      await client.send(new DeleteSecretCommand({ SecretId: name, RecoveryWindowInDays: 7 }));
    },
  };
}

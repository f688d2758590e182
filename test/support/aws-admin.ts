import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  type PutSecretValueCommandInput,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import {
  DeleteParameterCommand,
  LabelParameterVersionCommand,
  type ParameterType,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';

export type SecretContent = string | Uint8Array;
export type Tags = Readonly<Record<string, string>>;

/** The hand that makes and rotates secrets and parameters in one region, behind the operator's back. */
export interface AwsAdmin {
  /** Returns the VersionId. The same token in two regions gives the same VersionId, as replication does. */
  create(
    name: string,
    content: SecretContent | undefined,
    options?: { readonly token?: string | undefined; readonly tags?: Tags },
  ): Promise<string>;
  put(name: string, content: SecretContent, options?: { token?: string; stages?: string[] }): Promise<string>;
  /** Moves a staging label from one version to another; without `from` to its first, without `to` away. */
  updateStage(name: string, stage: string, move: { readonly from?: string; readonly to?: string }): Promise<void>;
  /** Deletes it after AWS's waiting time; until then it can be described, and its value not be read. */
  scheduleDeletion(name: string): Promise<void>;
  /** Deletes it at once, and for good. */
  delete(name: string): Promise<void>;
  /** Makes it, or its next version; returns the version. Default type: SecureString. */
  putParameter(name: string, value: string, type?: ParameterType): Promise<number>;
  labelParameter(name: string, version: number, ...labels: readonly string[]): Promise<void>;
  deleteParameter(name: string): Promise<void>;
}

export function createAwsAdmin(endpoint: string, region: string): AwsAdmin {
  const credentials = { accessKeyId: 'admin', secretAccessKey: 'admin' };
  const client = new SecretsManagerClient({ endpoint, region, credentials });
  const ssm = new SSMClient({ endpoint, region, credentials });
  const field = (
    content: SecretContent | undefined,
  ): Pick<PutSecretValueCommandInput, 'SecretString' | 'SecretBinary'> =>
    content === undefined ? {} : typeof content === 'string' ? { SecretString: content } : { SecretBinary: content };
  return {
    async create(name, content, { token, tags = {} } = {}) {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      const input = { Name: name, ...field(content), ...(token !== undefined && { ClientRequestToken: token }), Tags };
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
    async updateStage(name, stage, { from: RemoveFromVersionId, to: MoveToVersionId }) {
      const move = { RemoveFromVersionId, MoveToVersionId };
      await client.send(new UpdateSecretVersionStageCommand({ SecretId: name, VersionStage: stage, ...move }));
    },
    async scheduleDeletion(name) {
      await client.send(new DeleteSecretCommand({ SecretId: name, RecoveryWindowInDays: 7 }));
    },
    async delete(name) {
      await client.send(new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true }));
    },
    async putParameter(Name, Value, Type = 'SecureString') {
      return (await ssm.send(new PutParameterCommand({ Name, Value, Type, Overwrite: true }))).Version ?? 0;
    },
    async labelParameter(Name, ParameterVersion, ...Labels) {
      await ssm.send(new LabelParameterVersionCommand({ Name, ParameterVersion, Labels: [...Labels] }));
    },
    async deleteParameter(Name) {
      await ssm.send(new DeleteParameterCommand({ Name }));
    },
  };
}

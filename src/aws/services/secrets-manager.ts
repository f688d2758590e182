import {
  BatchGetSecretValueCommand,
  type BatchGetSecretValueResponse,
  DescribeSecretCommand,
  type Filter,
  GetSecretValueCommand,
  ListSecretsCommand,
  type SecretListEntry,
  SecretsManagerClient,
  type SecretValueEntry,
} from '@aws-sdk/client-secrets-manager';
import type { BatchAnswer, ListFilters, SecretAnswer, SecretMetadata, SecretsManager } from './ports.ts';
import { type ClientOptions, createRegionalClient } from './regional-client.ts';
import { matches } from './secret-id.ts';

/** More than ListSecrets gives at a time. */
const LIST_SIZE = 100;
/** Of one batch: an empty one before each of its 20 secrets. */
const MAX_PAGES = 40;

const encoder = new TextEncoder();

/** Secrets Manager in one region, under one identity. */
export function createSecretsManager(region: string, options: ClientOptions): SecretsManager {
  const call = createRegionalClient('secretsmanager', region, options, settings => new SecretsManagerClient(settings));
  return {
    async describe(secretId) {
      const command = new DescribeSecretCommand({ SecretId: secretId });
      const answer = await call((client, inTime) => client.send(command, inTime));
      return metadataOf(answer, answer.VersionIdsToStages);
    },
    async getValue(secretId, version) {
      const wanted = 'stage' in version ? { VersionStage: version.stage } : { VersionId: version.versionId };
      const command = new GetSecretValueCommand({ SecretId: secretId, ...wanted });
      return answerOf(await call((client, inTime) => client.send(command, inTime)));
    },
    async batchGetValue(secretIds) {
      const page = (NextToken: string | undefined) =>
        new BatchGetSecretValueCommand({ SecretIdList: [...secretIds], ...(NextToken !== undefined && { NextToken }) });
      const pages = await call((client, inTime) => allPages(token => client.send(page(token), inTime)));
      return batchOf(secretIds, pages);
    },
    async list(filters, nextToken) {
      const command = new ListSecretsCommand({
        MaxResults: LIST_SIZE,
        IncludePlannedDeletion: false,
        Filters: filtersOf(filters),
        ...(nextToken !== undefined && { NextToken: nextToken }),
      });
      const answer = await call((client, inTime) => client.send(command, inTime));
      const secrets = (answer.SecretList ?? []).map(secret => ({
        ...metadataOf(secret, secret.SecretVersionsToStages),
        tags: tagsOf(secret),
      }));
      return { secrets, nextToken: answer.NextToken || undefined };
    },
  };
}

/** A page may be empty although another follows; a token that comes again would never end. */
async function allPages<Page extends { readonly NextToken?: string | undefined }>(
  send: (token: string | undefined) => Promise<Page>,
): Promise<readonly Page[]> {
  const pages: Page[] = [];
  const seen = new Set<string>();
  let token: string | undefined;
  do {
    const page = await send(token);
    pages.push(page);
    token = page.NextToken || undefined;
    if (token === undefined || seen.has(token)) break;
    seen.add(token);
  } while (pages.length < MAX_PAGES);
  return pages;
}

/** Every id that was asked for is in it: one of which AWS says nothing is an error without a code. */
function batchOf(secretIds: readonly string[], pages: readonly BatchGetSecretValueResponse[]): BatchAnswer {
  // Its date is that of the secret, not of the version (SecretValueEntry in the API reference).
  const values = pages.flatMap(({ SecretValues = [] }) =>
    SecretValues.map(({ CreatedDate: _, ...entry }) => answerOf(entry)),
  );
  const errors = pages.flatMap(({ Errors = [] }) =>
    Errors.map(({ SecretId = '', ErrorCode = '' }) => ({ secretId: SecretId, code: ErrorCode })),
  );
  const isTold = (id: string): boolean =>
    errors.some(({ secretId }) => secretId === id) || values.some(value => matches(id, value));
  const untold = secretIds.filter(id => !isTold(id)).map(secretId => ({ secretId, code: '' }));
  return { values, errors: [...errors, ...untold] };
}

function answerOf({ ARN = '', Name = '', VersionId = '', ...entry }: SecretValueEntry): SecretAnswer {
  const { SecretString, SecretBinary, CreatedDate } = entry;
  return {
    arn: ARN,
    name: Name,
    versionId: VersionId,
    ...(CreatedDate !== undefined && { createdTime: CreatedDate.toISOString() }),
    bytes: SecretString === undefined ? SecretBinary : encoder.encode(SecretString),
  };
}

function metadataOf(
  { ARN = '', Name = '', DeletedDate }: Pick<SecretListEntry, 'ARN' | 'Name' | 'DeletedDate'>,
  versions: Readonly<Record<string, readonly string[]>> = {},
): SecretMetadata {
  const labelled = Object.entries(versions).flatMap(([id, stages]) => stages.map(stage => [stage, id] as const));
  return { arn: ARN, name: Name, stages: new Map(labelled), isDeleted: DeletedDate !== undefined };
}

function tagsOf({ Tags = [] }: SecretListEntry): Readonly<Record<string, string>> {
  return Object.fromEntries(Tags.flatMap(({ Key, Value = '' }) => (Key === undefined ? [] : [[Key, Value]])));
}

/** Several values of a filter are alternatives, several filters must all match (ListSecrets in the API reference). */
function filtersOf({ namePrefixes, tagKeys }: ListFilters): Filter[] {
  const filters: readonly Filter[] = [
    { Key: 'name', Values: [...namePrefixes] },
    { Key: 'tag-key', Values: [...tagKeys] },
  ];
  return filters.filter(({ Values = [] }) => Values.length > 0);
}

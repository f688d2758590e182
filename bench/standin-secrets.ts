import { createHash } from 'node:crypto';

/** The fields of Secrets Manager's requests that are understood here. */
export interface StandinRequest {
  readonly SecretId?: string;
  readonly VersionId?: string;
  readonly VersionStage?: string;
  readonly SecretIdList?: readonly string[];
  readonly Filters?: readonly { readonly Key: string; readonly Values: readonly string[] }[];
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

export interface StandinAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * The reading half of Secrets Manager, in memory, of one account and region. For load only: it checks no permission.
 * The third version of a name, say, is the same in every process: regions that are told the same are replicas.
 */
export interface StandinSecrets {
  /** Gives each of the secrets a new value as AWSCURRENT and returns the new passwords by name. */
  renew(names: readonly string[]): Readonly<Record<string, string>>;
  answer(operation: string, request: StandinRequest): StandinAnswer;
}

interface Version {
  readonly id: string;
  readonly text: string;
  readonly createdAt: number;
}

interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly versions: number;
  readonly createdAt: number;
  readonly current: Version;
  readonly previous: Version | undefined;
}

const BATCH = 20;
const PAGE = 100;
const ARN = /^arn:aws:secretsmanager:[^:]+:\d+:secret:(.+)-[A-Za-z0-9]{6}$/;

export function createStandinSecrets(region: string): StandinSecrets {
  const secrets = new Map<string, Secret>();
  const find = (id = ''): Secret | undefined => secrets.get(id) ?? secrets.get(ARN.exec(id)?.[1] ?? '');

  const renewOne = (name: string): string => {
    const before = secrets.get(name);
    const now = Date.now() / 1000;
    const versions = (before?.versions ?? 0) + 1;
    const password = uuidOf(`password ${versions} of ${name}`);
    const text = JSON.stringify({ username: `user-of-${name}`, password });
    const current = { id: uuidOf(`version ${versions} of ${name}`), text, createdAt: now };
    const createdAt = before?.createdAt ?? now;
    const arn = `arn:aws:secretsmanager:${region}:123456789012:secret:${name}-AbCdEf`;
    secrets.set(name, { name, arn, versions, createdAt, current, previous: before?.current });
    return password;
  };
  const answerOne = (secret: Secret | undefined, body: (secret: Secret) => unknown): StandinAnswer => {
    const answer = secret && body(secret);
    return answer === undefined ? refusal('ResourceNotFoundException') : { status: 200, body: answer };
  };
  const batch = (ids: readonly string[]): StandinAnswer => {
    if (ids.length === 0 || ids.length > BATCH) return refusal('InvalidParameterException');
    const found = ids.flatMap(id => valueBody(find(id), {}) ?? []);
    const missing = ids.filter(id => find(id) === undefined);
    const errors = missing.map(id => ({ SecretId: id, ErrorCode: 'ResourceNotFoundException', Message: 'not found' }));
    return { status: 200, body: { SecretValues: found, Errors: errors } };
  };
  const list = ({ Filters = [], MaxResults = PAGE, NextToken = '0' }: StandinRequest): StandinAnswer => {
    const prefixes = Filters.filter(({ Key }) => Key === 'name').map(({ Values }) => Values);
    const matches = ({ name }: Secret) => prefixes.every(any => any.some(prefix => name.startsWith(prefix)));
    const all = [...secrets.values()].filter(matches);
    const end = Number(NextToken) + Math.min(MaxResults, PAGE);
    const page = all.slice(Number(NextToken), end).map(secret => listBody(secret));
    return { status: 200, body: { SecretList: page, ...(end < all.length && { NextToken: String(end) }) } };
  };

  return {
    renew: names => Object.fromEntries(names.map(name => [name, renewOne(name)])),
    answer(operation, request) {
      switch (operation) {
        case 'GetSecretValue':
          return answerOne(find(request.SecretId), secret => valueBody(secret, request));
        case 'DescribeSecret':
          return answerOne(find(request.SecretId), describeBody);
        case 'BatchGetSecretValue':
          return batch(request.SecretIdList ?? []);
        case 'ListSecrets':
          return list(request);
        default:
          return refusal('UnknownOperationException');
      }
    },
  };
}

/** An error as Secrets Manager's JSON protocol has it. */
export function refusal(type: string): StandinAnswer {
  return { status: 400, body: { __type: type, message: `${type}, says the stand-in` } };
}

/** The same for the same text, and of the length that version ids have. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** Undefined when there is no such version. */
function valueBody(secret: Secret | undefined, { VersionId, VersionStage }: StandinRequest): unknown {
  if (secret === undefined) return undefined;
  const { name, arn, current, previous } = secret;
  const candidates = [
    { version: current, stage: 'AWSCURRENT' },
    { version: previous, stage: 'AWSPREVIOUS' },
  ];
  const wanted = VersionStage ?? (VersionId === undefined ? 'AWSCURRENT' : undefined);
  const found = candidates.find(
    ({ version, stage }) => (VersionId ?? version?.id) === version?.id && (wanted ?? stage) === stage,
  );
  if (found?.version === undefined) return undefined;
  const { id, text, createdAt } = found.version;
  const shared = { ARN: arn, Name: name, CreatedDate: createdAt };
  return { ...shared, VersionId: id, VersionStages: [found.stage], SecretString: text };
}

function metadata({ name, arn, createdAt, current }: Secret): object {
  return { ARN: arn, Name: name, CreatedDate: createdAt, LastChangedDate: current.createdAt, Tags: [] };
}

function stages({ current, previous }: Secret): object {
  return { [current.id]: ['AWSCURRENT'], ...(previous && { [previous.id]: ['AWSPREVIOUS'] }) };
}

function describeBody(secret: Secret): unknown {
  return { ...metadata(secret), VersionIdsToStages: stages(secret) };
}

function listBody(secret: Secret): unknown {
  return { ...metadata(secret), SecretVersionsToStages: stages(secret) };
}

import { inRegion } from '../../src/aws/regions/arn.ts';
import type {
  BatchAnswer,
  ListedSecret,
  SecretAnswer,
  SecretsManager,
  SecretVersionSelector,
} from '../../src/aws/services/ports.ts';

export interface FakeSecret {
  /** Stage → VersionId. */
  readonly stages: Readonly<Record<string, string>>;
  readonly bytes?: Uint8Array | undefined;
  /** RFC 3339, of every version. */
  readonly createdTime?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly isDeleted?: boolean;
}

/** Secrets Manager as a plain map, for units: it counts its calls, and fails as it is told. */
export interface FakeSecretsManager extends Omit<SecretsManager, 'list' | 'batchGetValue'> {
  /** Both may be replaced, by one that lags or sees what happens meanwhile. */
  list: SecretsManager['list'];
  batchGetValue: SecretsManager['batchGetValue'];
  readonly secrets: Map<string, FakeSecret>;
  /** Such as `BatchGetSecretValue a b`, in the order in which they were made. */
  readonly calls: string[];
  /** What is thrown, or its code, by action, by `action id` for one secret, or `*` for all; `hang` never answers. */
  readonly faults: Map<string, string | Error>;
}

const PAGE = 100;
const REGION = 'eu-west-1';

/** As the SDK throws it; without a status there was no answer. */
export function sdkError(name: string, httpStatusCode?: number): Error {
  const metadata = httpStatusCode === undefined ? {} : { $metadata: { httpStatusCode } };
  return Object.assign(new Error('hunter2'), { name, ...metadata });
}

/** That of its replicas differs in the region. */
export function arnOf(name: string): string {
  return `arn:aws:secretsmanager:${REGION}:123456789012:secret:${name}-AbCdEf`;
}

export function fakeSecretsManager(): FakeSecretsManager {
  const secrets = new Map<string, FakeSecret>();
  const calls: string[] = [];
  const faults = new Map<string, string | Error>();
  const nameOf = (id: string): string =>
    [...secrets.keys()].find(name => id === name || inRegion(id, REGION) === arnOf(name)) ?? id;

  const call = async (action: string, ...ids: readonly string[]): Promise<void> => {
    calls.push([action, ...ids].join(' '));
    const code =
      faults.get('*') ??
      faults.get(action) ??
      ids.map(id => faults.get(`${action} ${id}`)).find(found => found !== undefined);
    if (code instanceof Error) throw code;
    if (code === 'hang') await new Promise(() => undefined);
    if (code === 'TimeoutError') throw sdkError(code);
    if (code !== undefined) throw sdkError(code, code === 'InternalServiceError' ? 500 : 400);
  };
  const answerOf = (id: string, selector: SecretVersionSelector): SecretAnswer => {
    const name = nameOf(id);
    const secret = secrets.get(name);
    const versions = Object.entries(secret?.stages ?? {});
    const found = versions.find(([stage, version]) =>
      'stage' in selector ? stage === selector.stage : version === selector.versionId,
    );
    if (secret === undefined || found === undefined) throw sdkError('ResourceNotFoundException', 400);
    if (secret.isDeleted) throw sdkError('InvalidRequestException', 400);
    const { bytes, createdTime } = secret;
    const shared = { arn: arnOf(name), name, versionId: found[1] };
    return {
      ...shared,
      bytes: 'bytes' in secret ? bytes : Buffer.from(`value of ${found[1]}`),
      ...(createdTime !== undefined && { createdTime }),
    };
  };
  const metadata = (name: string, { stages, tags = {}, isDeleted = false }: FakeSecret): ListedSecret => ({
    ...{ name, arn: arnOf(name), stages: new Map(Object.entries(stages)), tags, isDeleted },
  });

  return {
    ...{ secrets, calls, faults },
    async describe(secretId) {
      await call('DescribeSecret', secretId);
      const name = nameOf(secretId);
      const secret = secrets.get(name);
      if (secret === undefined) throw sdkError('ResourceNotFoundException', 400);
      return metadata(name, secret);
    },
    async getValue(secretId, selector) {
      await call('GetSecretValue', secretId);
      return answerOf(secretId, selector);
    },
    async batchGetValue(secretIds) {
      await call('BatchGetSecretValue', ...secretIds);
      const answer: { values: SecretAnswer[]; errors: { secretId: string; code: string }[] } = {
        values: [],
        errors: [],
      };
      for (const secretId of secretIds) {
        const code = faults.get(`entry ${secretId}`);
        if (code === 'absent') continue;
        try {
          if (code !== undefined) throw code instanceof Error ? code : sdkError(code, 400);
          // A batch does not tell when a version was made.
          const { createdTime: _, ...value } = answerOf(secretId, { stage: 'AWSCURRENT' });
          answer.values.push(value);
        } catch (error) {
          answer.errors.push({ secretId, code: (error as Error).name });
        }
      }
      return answer satisfies BatchAnswer;
    },
    async list({ namePrefixes, tagKeys }, nextToken = '0') {
      await call('ListSecrets', ...namePrefixes);
      const all = [...secrets].filter(([name, { tags = {}, isDeleted }]) => {
        const hasPrefix = namePrefixes.length === 0 || namePrefixes.some(prefix => name.startsWith(prefix));
        return hasPrefix && !isDeleted && (tagKeys.length === 0 || tagKeys.some(key => key in tags));
      });
      const end = Number(nextToken) + PAGE;
      const page = all.slice(Number(nextToken), end).map(([name, secret]) => metadata(name, secret));
      return { secrets: page, nextToken: end < all.length ? String(end) : undefined };
    },
  };
}

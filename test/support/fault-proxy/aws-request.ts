import type { IncomingHttpHeaders } from 'node:http';
import type { CallName } from './call.ts';
import { parseObject } from './json.ts';

/** Services of AWS's JSON protocol by the prefix of their `x-amz-target`. */
const SERVICES: Readonly<Record<string, string>> = { AmazonSSM: 'ssm', AmazonSQS: 'sqs' };
/** Fields that name what a call is about, the first that is there counts. */
const IDS = ['SecretId', 'SecretIdList', 'Name', 'Names', 'Path', 'Filters', 'QueueUrl', 'RoleArn'] as const;
const READS = /^(Get|List|Describe|BatchGet|AssumeRole|Receive)/;

/** What a request asks of AWS: of the JSON protocol (Secrets Manager, SSM, SQS), or of the query protocol (STS). */
export function nameAwsRequest(headers: IncomingHttpHeaders, body: string): CallName {
  const target = headers['x-amz-target'];
  const [prefix = '', operation = ''] = typeof target === 'string' ? target.split('.') : [];
  const isQuery = operation === '';
  const fields = (isQuery ? Object.fromEntries(new URLSearchParams(body)) : parseObject(body)) ?? {};
  const verb = isQuery ? String(fields['Action'] ?? '') : operation;
  const ids = IDS.map(field => fields[field]).find(value => value !== undefined);
  const all = (Array.isArray(ids) ? ids.flatMap(idsOf) : [ids]).filter(id => typeof id === 'string');
  const [name] = all;
  const { accessKey, service = 'sts' } = signatureOf(headers);
  return {
    verb,
    resource: isQuery ? service : (SERVICES[prefix] ?? prefix),
    ...(name !== undefined && { name }),
    ...(accessKey !== undefined && { accessKey }),
    ids: all,
    isWrite: !READS.test(verb),
  };
}

/** A list is about what its filters say: `name=prod/`. */
function idsOf(id: unknown): readonly unknown[] {
  if (typeof id !== 'object' || id === null) return [id];
  const { Key, Values } = id as { readonly Key?: unknown; readonly Values?: unknown };
  return Array.isArray(Values) ? Values.map(value => `${Key}=${value}`) : [];
}

/** What the credential scope of a Signature Version 4 names; nothing for an unsigned call, as those for web identities are. */
function signatureOf({ authorization = '' }: IncomingHttpHeaders): { accessKey?: string; service?: string } {
  const { groups = {} } =
    /Credential=(?<accessKey>[^/]+)\/[^,\s]+\/(?<service>[a-z0-9-]+)\/aws4_request/.exec(authorization) ?? {};
  return groups;
}

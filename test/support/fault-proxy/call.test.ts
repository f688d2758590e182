import { expect, test } from 'vitest';
import { createCall, formatCall, type Target, type WireRequest } from './call.ts';

function named(target: Target, request: Partial<WireRequest> & { readonly body?: string }) {
  const wire = { method: 'POST', path: '/', headers: {}, rawHeaders: [], bytes: Buffer.from(request.body ?? '') };
  const call = createCall(1, target, { ...wire, ...request }, 0);
  return `${formatCall(call)}${call.isWrite ? ' (write)' : ''}`;
}

const AWSS = '/apis/secrets-operator.io/v1alpha1';
const kube = [
  ['GET', '/api/v1/secrets?limit=500', '', 'kube list secrets'],
  ['GET', '/api/v1/namespaces/shop/secrets?watch=true&resourceVersion=1', '', 'kube watch secrets shop'],
  ['GET', '/api/v1/secrets?watch=1', '', 'kube watch secrets'],
  ['GET', '/api/v1/secrets?watch=false', '', 'kube list secrets'],
  ['GET', `${AWSS}/namespaces/shop/awssecrets/a`, '', 'kube get awssecrets shop/a'],
  ['POST', `${AWSS}/namespaces/shop/awssecrets`, '{"metadata":{"name":"a"}}', 'kube create awssecrets shop/a (write)'],
  ['PATCH', `${AWSS}/namespaces/shop/awssecrets/a/status`, '{}', 'kube patch awssecrets/status shop/a (write)'],
  ['PUT', '/api/v1/namespaces/shop/secrets/a.b', '{}', 'kube update secrets shop/a.b (write)'],
  ['DELETE', '/api/v1/namespaces/shop/secrets/a', '', 'kube delete secrets shop/a (write)'],
  ['DELETE', '/api/v1/namespaces/shop/secrets', '', 'kube deletecollection secrets shop (write)'],
  [
    'POST',
    '/api/v1/namespaces/shop/pods/p/eviction',
    '{"metadata":{"name":"x"}}',
    'kube create pods/eviction shop/p (write)',
  ],
  ['GET', '/api/v1/namespaces/shop', '', 'kube get namespaces shop'],
  ['PUT', '/api/v1/namespaces/shop/status', '{}', 'kube update namespaces/status shop (write)'],
  ['POST', '/api/v1/namespaces', '{"metadata":{"name":"shop"}}', 'kube create namespaces shop (write)'],
  ['PATCH', '/api/v1/namespaces/shop/secrets/a?dryRun=All', '{}', 'kube patch secrets shop/a'],
  ['POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', '{}', 'kube create selfsubjectaccessreviews'],
  ['POST', '/api/v1/namespaces/shop/serviceaccounts/s/token', '{}', 'kube create serviceaccounts/token shop/s'],
  ['GET', '/api/v1/namespaces/shop/secrets/a%2Fb', '', 'kube get secrets shop/a/b'],
  ['GET', '/api/v1/namespaces/shop/secrets/%zz', '', 'kube get secrets shop/%zz'],
  ['POST', '/api/v1/secrets', 'no JSON', 'kube create secrets (write)'],
  ['GET', '/readyz?verbose', '', 'kube get /readyz'],
  ['GET', '/apis', '', 'kube get /apis'],
] as const;

test.each(kube)('%s %s %s is: %s', (method, path, body, name) => {
  expect(named('kube', { method, path, body })).toBe(name);
});

const SIGNED = 'AWS4-HMAC-SHA256 Credential=AKIA/20261122/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=0';
const aws = [
  ['secretsmanager.GetSecretValue', '{"SecretId":"a","VersionStage":"AWSCURRENT"}', 'GetSecretValue secretsmanager a'],
  ['secretsmanager.BatchGetSecretValue', '{"SecretIdList":["a","b"]}', 'BatchGetSecretValue secretsmanager a,b'],
  ['secretsmanager.ListSecrets', '{"MaxResults":100,"Filters":[]}', 'ListSecrets secretsmanager'],
  [
    'secretsmanager.ListSecrets',
    '{"Filters":[{"Key":"name","Values":["prod/","stage/"]},{"Key":"tag-key","Values":["team"]},{"Key":"all"},7,null]}',
    'ListSecrets secretsmanager name=prod/,name=stage/,tag-key=team',
  ],
  ['secretsmanager.PutSecretValue', '{"SecretId":"a"}', 'PutSecretValue secretsmanager a (write)'],
  ['AmazonSSM.GetParameters', '{"Names":["/a","/b"]}', 'GetParameters ssm /a,/b'],
  ['AmazonSSM.GetParametersByPath', '{"Path":"/a","NextToken":"x"}', 'GetParametersByPath ssm /a'],
  ['AmazonSSM.PutParameter', '{"Name":"/a","Value":"x"}', 'PutParameter ssm /a (write)'],
  ['AmazonSSM.LabelParameterVersion', '{"Name":"/a"}', 'LabelParameterVersion ssm /a (write)'],
  ['AmazonSQS.DeleteMessage', '{"QueueUrl":"q"}', 'DeleteMessage sqs q (write)'],
  ['secretsmanager.GetSecretValue', 'no JSON', 'GetSecretValue secretsmanager'],
] as const;

test.each(aws)('%s %s is: %s', (target, body, name) => {
  expect(named('aws/eu-west-1', { headers: { 'x-amz-target': target }, body })).toBe(`aws/eu-west-1 ${name}`);
});

test('the query protocol names its operation in the body, and its service in the signature', () => {
  const body = 'Action=AssumeRoleWithWebIdentity&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&Version=2011-06-15';
  expect(named('aws/eu-west-1', { body })).toBe('aws/eu-west-1 AssumeRoleWithWebIdentity sts arn:aws:iam::1:role/r');
  expect(named('aws/eu-west-1', { body: 'Action=SendMessage', headers: { authorization: SIGNED } })).toBe(
    'aws/eu-west-1 SendMessage sqs (write)',
  );
});

test('a name is the first id, or the object', () => {
  const request = {
    method: 'POST',
    path: '/',
    headers: { 'x-amz-target': 'secretsmanager.BatchGetSecretValue' },
    rawHeaders: [],
  };
  const call = createCall(7, 'aws/r', { ...request, bytes: Buffer.from('{"SecretIdList":["a","b"]}') }, 5);
  expect(call).toMatchObject({ index: 7, name: 'a', ids: ['a', 'b'], atMs: 5, outcome: undefined });
});

test('a signed call tells whose it is', () => {
  const signed = (headers: WireRequest['headers']) =>
    createCall(1, 'aws/r', { method: 'POST', path: '/', headers, rawHeaders: [], bytes: Buffer.from('') }, 0).accessKey;
  expect(signed({ authorization: SIGNED })).toBe('AKIA');
  expect(signed({})).toBeUndefined();
});

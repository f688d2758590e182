import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { mark } from './canary.ts';
import { type Canary, type Evidence, leaks, type StoredObject } from './evidence.ts';
import { type Call, createCall, type Target } from './fault-proxy/call.ts';

const CANARY = mark().repeat(4);
const base64 = Buffer.from(CANARY).toString('base64');
const home = { kind: 'secret', namespace: 'shop', name: 'db' } as const;
const canary: Canary = { name: 'the password', values: [CANARY.slice(0, 8)], place: home };

interface Sent {
  readonly target?: Target;
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

function sent({ target = 'kube', method = 'PATCH', path, headers = {}, body = '' }: Sent): Call {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const request = { method, path, headers, rawHeaders: Object.entries(headers).flat(), bytes };
  return createCall(1, target, request, 0);
}
const object = (kind: string, more: object): StoredObject => {
  const metadata = { name: 'db', namespace: 'shop', uid: 'u', resourceVersion: '1' };
  return { kind, metadata, ...more } as StoredObject;
};
const evidence = (more: Partial<Evidence>): Evidence => ({ calls: [], texts: {}, objects: [], ...more });

const SECRETS = '/api/v1/namespaces/shop/secrets';
const AWSSECRETS = '/apis/secrets-operator.io/v1alpha1/namespaces/shop/awssecrets';
const data = { password: base64 };
const annotations = { note: CANARY };
const metadata = { name: 'db', namespace: 'shop' };

const allowed: readonly { why: string; calls: readonly Call[] }[] = [
  { why: 'it is created', calls: [sent({ method: 'POST', path: SECRETS, body: { metadata, data } })] },
  {
    why: 'it is applied',
    calls: [sent({ path: `${SECRETS}/db?fieldManager=x&force=true`, body: { metadata, data } })],
  },
];
test.each(allowed)('its own Secret may hold it: $why', ({ calls }) => {
  expect(leaks(evidence({ calls, objects: [object('Secret', { data })] }), [canary])).toEqual([]);
  expect(leaks(evidence({ calls }), [{ ...canary, place: { kind: 'nowhere' } }])).toHaveLength(1);
});

const planted: readonly { why: string; says: string; evidence: Partial<Evidence> }[] = [
  {
    why: 'an event',
    says: 'create events',
    evidence: {
      calls: [
        sent({
          method: 'POST',
          path: '/apis/events.k8s.io/v1/namespaces/shop/events',
          body: { note: `was ${CANARY}` },
        }),
      ],
    },
  },
  {
    why: 'a status message',
    says: 'patch awssecrets/status',
    evidence: {
      calls: [sent({ path: `${AWSSECRETS}/db/status`, body: { status: { conditions: [{ message: CANARY }] } } })],
    },
  },
  {
    why: 'an annotation of a Deployment',
    says: 'patch deployments shop/db',
    evidence: {
      calls: [sent({ path: '/apis/apps/v1/namespaces/shop/deployments/db', body: { metadata: { annotations } } })],
    },
  },
  {
    why: 'an annotation of its own Secret',
    says: 'patch secrets shop/db',
    evidence: { calls: [sent({ path: `${SECRETS}/db`, body: { metadata: { ...metadata, annotations }, data } })] },
  },
  {
    why: 'stringData, which is not where it belongs',
    says: 'patch secrets shop/db',
    evidence: { calls: [sent({ path: `${SECRETS}/db`, body: { metadata, stringData: { password: CANARY } } })] },
  },
  {
    why: 'the data of another Secret',
    says: 'patch secrets shop/other',
    evidence: { calls: [sent({ path: `${SECRETS}/other`, body: { data } })] },
  },
  {
    why: 'a Secret of that name in another namespace',
    says: 'create secrets billing/db',
    evidence: {
      calls: [sent({ method: 'POST', path: '/api/v1/namespaces/billing/secrets', body: { metadata, data } })],
    },
  },
  {
    why: 'a ConfigMap of that name',
    says: 'patch configmaps shop/db',
    evidence: { calls: [sent({ path: '/api/v1/namespaces/shop/configmaps/db', body: { data } })] },
  },
  {
    why: 'data that is a subresource of a write',
    says: 'patch secrets/status shop/db',
    evidence: { calls: [sent({ path: `${SECRETS}/db/status`, body: { data } })] },
  },
  {
    why: 'the query of a read',
    says: 'list awssecrets',
    evidence: { calls: [sent({ method: 'GET', path: `${AWSSECRETS}?continue=${base64}` })] },
  },
  {
    why: 'a header',
    says: 'list awssecrets',
    evidence: { calls: [sent({ method: 'GET', path: AWSSECRETS, headers: { 'user-agent': CANARY } })] },
  },
  {
    why: 'a body that is no JSON',
    says: 'patch secrets shop/db',
    evidence: { calls: [sent({ path: `${SECRETS}/db`, body: `data: {password: ${base64}}` })] },
  },
  {
    why: 'a request to AWS',
    says: 'aws/eu-west-1 PutSecretValue',
    evidence: {
      calls: [
        sent({
          target: 'aws/eu-west-1',
          method: 'POST',
          path: '/',
          headers: { 'x-amz-target': 'secretsmanager.PutSecretValue' },
          body: { SecretId: 'db', SecretString: CANARY },
        }),
      ],
    },
  },
  {
    why: 'a body that is packed',
    says: 'is encoded',
    evidence: {
      calls: [sent({ path: `${AWSSECRETS}/db`, headers: { 'content-encoding': 'gzip' }, body: gzipSync(CANARY) })],
    },
  },
  {
    why: 'a body that is packed and does not say so',
    says: 'is encoded',
    evidence: { calls: [sent({ path: '/', body: gzipSync(CANARY) })] },
  },
  { why: 'a log line', says: 'output holds', evidence: { texts: { output: `{"msg":"${CANARY}"}` } } },
  { why: 'a part of it in a log line', says: 'output holds', evidence: { texts: { output: CANARY.slice(5, 20) } } },
  { why: 'the label of a metric', says: 'metrics holds', evidence: { texts: { metrics: `x{secret="${CANARY}"} 1` } } },
  {
    why: 'the managed fields of its own Secret',
    says: 'Secret shop/db holds',
    evidence: { objects: [object('Secret', { data, managedFields: [{ fieldsV1: { 'f:data': { [CANARY]: {} } } }] })] },
  },
  {
    why: 'the data of another kind',
    says: 'ConfigMap shop/db holds',
    evidence: { objects: [object('ConfigMap', { data })] },
  },
  {
    why: 'a Lease',
    says: 'Lease shop/db holds',
    evidence: { objects: [object('Lease', { spec: { holderIdentity: CANARY } })] },
  },
];
describe('a planted defect is caught', () => {
  test.each(planted)('$why', ({ evidence: found, says }) => {
    expect(leaks(evidence(found), [canary]).join('\n')).toContain(says);
  });

  test('the key of the hashes in a second write of its Secret', () => {
    const key: Canary = { ...canary, place: { ...home, verb: 'create' } };
    const created = sent({ method: 'POST', path: SECRETS, body: { metadata, data } });
    const patched = sent({ path: `${SECRETS}/db`, body: { data } });
    expect(leaks(evidence({ calls: [created] }), [key])).toEqual([]);
    expect(leaks(evidence({ calls: [created, patched] }), [key])).toHaveLength(1);
  });

  test('a token in any header but its own, or with the wrong server', () => {
    const token: Canary = { ...canary, place: { kind: 'header', of: 'kube', header: 'authorization' } };
    const headers = { authorization: `Bearer ${CANARY}` };
    expect(leaks(evidence({ calls: [sent({ path: AWSSECRETS, headers })] }), [token])).toEqual([]);
    expect(leaks(evidence({ calls: [sent({ path: AWSSECRETS, headers: { cookie: CANARY } })] }), [token])).toHaveLength(
      1,
    );
    const toAws = sent({ target: 'aws/eu-west-1', method: 'POST', path: '/', headers });
    expect(leaks(evidence({ calls: [toAws] }), [token])).toHaveLength(1);
  });

  test('a web identity anywhere but with the operation that takes it', () => {
    const verb = 'AssumeRoleWithWebIdentity';
    const identity: Canary = { ...canary, place: { kind: 'parameter', verb, parameter: 'WebIdentityToken' } };
    const call = (Action: string, body: object) =>
      sent({
        target: 'aws/eu-west-1',
        method: 'POST',
        path: '/',
        body: new URLSearchParams({ Action, ...body }).toString(),
      });
    expect(leaks(evidence({ calls: [call(verb, { WebIdentityToken: CANARY })] }), [identity])).toEqual([]);
    expect(leaks(evidence({ calls: [call(verb, { RoleSessionName: CANARY })] }), [identity])).toHaveLength(1);
    expect(leaks(evidence({ calls: [call('AssumeRole', { WebIdentityToken: CANARY })] }), [identity])).toHaveLength(1);
  });
});

test('what somebody else stored in a Secret is no leak, and what is sent of it is one', () => {
  const foreign: Canary = { ...canary, place: { kind: 'nowhere' }, stored: { namespace: 'shop', name: 'db' } };
  expect(leaks(evidence({ objects: [object('Secret', { data })] }), [foreign])).toEqual([]);
  expect(leaks(evidence({ calls: [sent({ path: `${SECRETS}/db`, body: { data } })] }), [foreign])).toHaveLength(1);
});

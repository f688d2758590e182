import { expect, test } from 'vitest';
import { anAwsSecret, anOwner, bytesOf } from '../../../../test/support/builders.ts';
import { SECRET_TYPES } from '../../../crds/aws-secret.ts';
import { renderSecret } from './render.ts';

const MIB = 1024 * 1024;

test('the manifest carries the name, the owner, our labels and nothing of the AwsSecret’s own metadata', () => {
  const awsSecret = anAwsSecret({ metadata: { labels: { team: 'x' }, annotations: { note: 'y' } } });
  const data = bytesOf({ a: 'x' });
  expect(renderSecret(awsSecret, data)).toEqual({
    ok: true,
    value: {
      namespace: 'shop',
      name: 'payments',
      type: 'Opaque',
      labels: { 'secrets-operator.io/owner': 'uid-1', 'app.kubernetes.io/managed-by': 'secrets-operator' },
      annotations: {},
      ownerReferences: [anOwner()],
      data,
    },
  });
});

test('the target’s name, type and metadata are those of the spec', () => {
  const metadata = { labels: { team: 'x' }, annotations: { note: 'y' } };
  const awsSecret = anAwsSecret({ spec: { target: { name: 'db', type: 'kubernetes.io/basic-auth', metadata } } });
  const rendered = renderSecret(awsSecret, bytesOf({ username: 'u', password: 'p' }));
  expect(rendered.ok && rendered.value).toMatchObject({
    name: 'db',
    type: 'kubernetes.io/basic-auth',
    annotations: { note: 'y' },
    labels: { team: 'x', 'secrets-operator.io/owner': 'uid-1' },
  });
});

test('labels of the spec cannot take the place of ours: the watch finds Secrets by them', () => {
  const labels = { 'secrets-operator.io/owner': 'x', 'app.kubernetes.io/managed-by': 'x' };
  const rendered = renderSecret(anAwsSecret({ spec: { target: { metadata: { labels } } } }), bytesOf({}));
  expect(rendered.ok && rendered.value.labels).toMatchObject({
    'secrets-operator.io/owner': 'uid-1',
    'app.kubernetes.io/managed-by': 'secrets-operator',
  });
});

test('an adopted Secret gets no owner: it stays when the AwsSecret goes', () => {
  const rendered = renderSecret(anAwsSecret({ spec: { target: { creationPolicy: 'Adopt' } } }), bytesOf({}));
  expect(rendered.ok && rendered.value.ownerReferences).toEqual([]);
});

// kubernetes/kubernetes, pkg/apis/core/validation, ValidateSecret.
const types = [
  { type: 'Opaque', data: {}, missing: [], why: 'Opaque may be empty' },
  { type: 'kubernetes.io/tls', data: { 'tls.crt': '', 'tls.key': '' }, missing: [], why: 'both keys, even empty' },
  { type: 'kubernetes.io/tls', data: { 'tls.crt': 'x' }, missing: ['tls.key'], why: 'the key is missing' },
  { type: 'kubernetes.io/tls', data: {}, missing: ['tls.crt', 'tls.key'], why: 'all that is missing is named' },
  { type: 'kubernetes.io/ssh-auth', data: { 'ssh-privatekey': 'x' }, missing: [], why: 'its one key' },
  { type: 'kubernetes.io/ssh-auth', data: { key: 'x' }, missing: ['ssh-privatekey'], why: 'another key is none' },
  { type: 'kubernetes.io/ssh-auth', data: { 'ssh-privatekey': '' }, missing: ['ssh-privatekey'], why: 'empty is none' },
  { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': '{}' }, missing: [], why: 'its one key' },
  { type: 'kubernetes.io/dockerconfigjson', data: {}, missing: ['.dockerconfigjson'], why: 'its key is missing' },
  { type: 'kubernetes.io/basic-auth', data: { username: 'u' }, missing: [], why: 'one of its two keys is enough' },
  { type: 'kubernetes.io/basic-auth', data: { password: 'p' }, missing: [], why: 'either of them' },
  {
    type: 'kubernetes.io/basic-auth',
    data: { user: 'u' },
    missing: ['username', 'password'],
    why: 'none of its two keys',
  },
] as const satisfies readonly {
  type: (typeof SECRET_TYPES)[number];
  data: object;
  missing: readonly string[];
  why: string;
}[];

for (const { type, data, missing, why } of types) {
  test(`type ${type}: ${why}`, () => {
    const rendered = renderSecret(anAwsSecret({ spec: { target: { type } } }), bytesOf(data));
    expect(rendered.ok).toBe(missing.length === 0);
    if (rendered.ok) return;
    expect(rendered.error).toMatchObject({ reason: 'MissingTypeKeys', retry: 'content' });
    for (const key of missing) expect(rendered.error.message).toContain(`\`${key}\``);
  });
}

test('a type is tested for every one that the API allows', () => {
  expect(new Set(types.map(({ type }) => type))).toEqual(new Set(SECRET_TYPES));
});

test('a pull secret has to be a JSON object, and its value is not quoted', () => {
  const awsSecret = anAwsSecret({ spec: { target: { type: 'kubernetes.io/dockerconfigjson' } } });
  const refused = renderSecret(awsSecret, bytesOf({ '.dockerconfigjson': 'hunter2' }));
  expect(refused).toMatchObject({ ok: false, error: { reason: 'NotJson', retry: 'content' } });
  expect(JSON.stringify(refused)).not.toContain('hunter2');
});

test('ten thousand keys are written, and not one more: the API server would work on them for seconds', () => {
  const keys = Array.from({ length: 10_001 }, (_, index) => [`k${index}`, new Uint8Array(1)] as const);
  expect(renderSecret(anAwsSecret(), new Map(keys.slice(1))).ok).toBe(true);
  expect(renderSecret(anAwsSecret(), new Map(keys))).toMatchObject({ error: { reason: 'TooLarge', retry: 'content' } });
});

test('the values may be 1 MiB together, and not a byte more', () => {
  const half = new Uint8Array(MIB / 2);
  const render = (second: Uint8Array) =>
    renderSecret(
      anAwsSecret(),
      new Map([
        ['a', half],
        ['b', second],
      ]),
    );
  expect(render(half).ok).toBe(true);
  const refused = render(new Uint8Array(MIB / 2 + 1));
  expect(refused).toMatchObject({ ok: false, error: { reason: 'TooLarge', retry: 'content' } });
  expect(!refused.ok && refused.error.message).toContain(`${MIB + 1} bytes`);
});

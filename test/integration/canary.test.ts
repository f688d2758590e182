import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createAwsAdmin } from '../support/aws-admin.ts';
import { mark } from '../support/canary.ts';
import { grantRbac } from '../support/chart-rbac.ts';
import { type Canary, type Evidence, leaks, type StoredObject } from '../support/evidence.ts';
import type { Call } from '../support/fault-proxy/call.ts';
import {
  AWS_CANARY,
  awsError,
  KUBE_CANARY,
  kill,
  kubeError,
  serverError,
  throttled,
} from '../support/fault-proxy/fault.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy/fault-proxy.ts';
import { createKubeAdmin, type KubeObject } from '../support/kube-admin.ts';
import { writeKubeconfig } from '../support/kubeconfig.ts';
import { until } from '../support/poll.ts';
import { type Bundle, startBundle } from './bundle.ts';
import { badSources, type CanarySource, goodSources, properties } from './canary-sources.ts';
import { objectsIn } from './objects.ts';
import { ELECTION_FLAGS } from './operator.ts';
import { LONG_AGO, uses, workloadsOf } from './workloads.ts';

const REGION = 'eu-west-1';
const NAMESPACE = 'canary';
const OPERATOR_NAMESPACE = 'canary-ops';
const WAIT = { timeoutMs: 30_000 } as const;

const kube = createKubeAdmin(inject('kube'));
const aws = createAwsAdmin(inject('moto')[REGION], REGION);
const objects = objectsIn(NAMESPACE, kube);
const work = workloadsOf(objects);
const idOf = (name: string): string => `${NAMESPACE}/${name}`;
const collection = objects.path('secrets', '').slice(0, -1);

const nowhere = { kind: 'nowhere' } as const;
const inSecret = (name: string) => ({ kind: 'secret', namespace: NAMESPACE, name }) as const;
const inHeader = (of: 'kube' | 'aws', header: string) => ({ kind: 'header', of, header }) as const;

/** Puts a source into AWS and asks for its Secret; returns its canaries. */
async function ask({ name, content, values, spec }: CanarySource, place: Canary['place']): Promise<Canary> {
  await aws.create(idOf(name), content);
  await objects.applyAwsSecret(name, spec(idOf(name)));
  return { name, values: [...values, content], place };
}

/** An admission policy as a cluster may have one: it refuses Secret `echo`, and quotes what it refuses. */
async function refuseEcho(): Promise<void> {
  const api = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolic';
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['secrets'] };
  await kube.create(`${api}ies`, {
    metadata: { name: 'echo' },
    spec: {
      matchConstraints: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': NAMESPACE } },
        resourceRules: [rule],
      },
      matchConditions: [{ name: 'echo', expression: "object.metadata.name == 'echo'" }],
      validations: [{ expression: 'false', messageExpression: "'refused: ' + string(object.data['password'])" }],
    },
  });
  await kube.create(`${api}ybindings`, {
    metadata: { name: 'echo' },
    spec: { policyName: 'echo', validationActions: ['Deny'] },
  });
  const password = Buffer.from('quoted by the policy').toString('base64');
  await until('the policy quotes what it refuses', WAIT, () =>
    kube.expectRefused(`${collection}?dryRun=All`, { metadata: { name: 'echo' }, data: { password } }).then(
      ({ message }) => message.includes(password),
      () => false,
    ),
  );
}

/** Secrets that were there before, full of canaries of their own. */
async function occupy(name: string, more: object = {}): Promise<Canary> {
  const value = mark();
  const data = { old: Buffer.from(value.repeat(4)).toString('base64') };
  await kube.create(collection, { metadata: { name, annotations: { [LAST_APPLIED]: value } }, data, ...more });
  return { name: `what ${name} held`, values: [value], place: nowhere, stored: { namespace: NAMESPACE, name } };
}
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Each is refused alone: one after another they would have the last wait for the pauses that grow with every failure. */
const QUOTES = [409, 403, 422, 500] as const;

/** Errors that quote the value that they are about, in every field that the API server or a webhook may fill. */
function quote(faults: FaultProxy, name: string, value: string, status: number): void {
  const causes = [
    { reason: 'FieldValueInvalid', message: `Invalid value: "${value}"`, field: `data[${value}]` },
    { reason: value, message: value, field: value },
  ];
  const isWrite = (call: Call): boolean => call.resource === 'secrets' && call.isWrite && call.name === name;
  const isStatus = (call: Call): boolean => call.resource === 'awssecrets/status' && call.name === name;
  const options = { message: `Secret is invalid: "${value}"`, causes };
  faults.inject(kubeError(status, undefined, options), isWrite, 1);
  faults.inject(kubeError(status, value, options), isWrite, 1);
  faults.inject(kubeError(status, undefined, options), isStatus, 1);
}

async function telemetryOf(bundle: Bundle, phase: string): Promise<Readonly<Record<string, string>>> {
  const url = await bundle.url();
  const pages = await Promise.all(
    ['metrics', 'livez', 'readyz', 'elsewhere'].map(async page => {
      const response = await fetch(`${url}/${page}`);
      const headers = JSON.stringify([...response.headers]);
      return [`/${page} ${phase}`, `${headers}\n${await response.text()}`] as const;
    }),
  );
  return Object.fromEntries(pages);
}

/** Whatever the operator can write, as the API server has it. */
async function readBack(): Promise<readonly StoredObject[]> {
  const kinds = {
    Secret: '/api/v1 secrets',
    ConfigMap: '/api/v1 configmaps',
    Pod: '/api/v1 pods',
    Event: '/apis/events.k8s.io/v1 events',
    Lease: '/apis/coordination.k8s.io/v1 leases',
    AwsSecret: '/apis/secrets-operator.io/v1alpha1 awssecrets',
    Deployment: '/apis/apps/v1 deployments',
  };
  const lists = [NAMESPACE, OPERATOR_NAMESPACE, 'default'].flatMap(namespace =>
    Object.entries(kinds).map(async ([kind, place]) => {
      const [base, plural] = place.split(' ');
      const list = await kube.get<KubeObject & { readonly items: readonly KubeObject[] }>(
        `${base}/namespaces/${namespace}/${plural}`,
      );
      return (list?.items ?? []).map(item => ({ ...item, kind }));
    }),
  );
  return (await Promise.all(lists)).flat();
}

test('no value that is secret leaves the process but in its own Secret', async () => {
  for (const name of [NAMESPACE, OPERATOR_NAMESPACE]) await kube.create('/api/v1/namespaces', { metadata: { name } });
  const { token } = await grantRbac(kube, inject('rbac'), { ops: OPERATOR_NAMESPACE, watched: NAMESPACE });
  const faults = await startFaultProxy({ kube: inject('kube'), aws: { [REGION]: inject('moto')[REGION] } });
  onTestFinished(() => faults.stop());
  const folder = await mkdtemp(path.join(tmpdir(), 'so-canary-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [kubeconfig, identityFile] = [path.join(folder, 'kubeconfig'), path.join(folder, 'token')];
  writeKubeconfig(kubeconfig, { ...faults.kube, server: faults.kube.url, token });
  const [secretKey, sessionToken, identity] = [mark().repeat(5), mark().repeat(5), `ey${mark()}.${mark()}.${mark()}`];
  await writeFile(identityFile, identity);
  const start = async (env: Readonly<Record<string, string>>): Promise<Bundle> => {
    const bundle = startBundle({
      args: [...ELECTION_FLAGS, '--log-level=trace'],
      env: {
        KUBECONFIG: kubeconfig,
        POD_NAMESPACE: OPERATOR_NAMESPACE,
        AWS_REGION: REGION,
        AWS_ENDPOINT_URL: faults.aws[REGION] ?? '',
        SECRETS_OPERATOR_BIND_ADDRESS: '127.0.0.1:0',
        SECRETS_OPERATOR_WATCH_NAMESPACES: NAMESPACE,
        ...env,
      },
    });
    await bundle.expectOutput('"msg":"leading"', 30_000);
    return bundle;
  };

  await refuseEcho();
  const old = [
    await occupy('adopted'),
    await occupy('foreign'),
    await occupy('fixed', { immutable: true }),
    await occupy('typed', { type: 'example.com/other' }),
  ];
  await work.deploy('deployments', 'consumer', uses('properties')['env-from']);
  await work.run('consumer', LONG_AGO);
  const first = await start({
    AWS_ACCESS_KEY_ID: 'operator',
    AWS_SECRET_ACCESS_KEY: secretKey,
    AWS_SESSION_TOKEN: sessionToken,
  });

  // First syncs, of content that can be used and of content that cannot.
  const good = goodSources();
  const bad = badSources();
  const simple = (name: string, target: object = {}): CanarySource => {
    const value = mark();
    const spec = (secretId: string) => ({ dataFrom: [{ secretId }], target });
    return { name, content: JSON.stringify({ password: value.repeat(4) }), values: [value], spec };
  };
  const adopt = { creationPolicy: 'Adopt' };
  const quoted = QUOTES.map(status => simple(`quoted-${status}`));
  for (const [index, status] of QUOTES.entries()) {
    quote(faults, `quoted-${status}`, String(quoted[index]?.values[0]), status);
  }
  faults.inject(awsError('AccessDeniedException'), call => call.ids.includes(idOf('denied')));
  faults.inject(awsError('DecryptionFailure'), call => call.ids.includes(idOf('undecryptable')));
  faults.inject(throttled(), call => call.ids.includes(idOf('adopted')), 1);
  faults.inject(serverError(), call => call.ids.includes(idOf('binary')), 1);
  const written = await Promise.all(good.map(source => ask(source, inSecret(source.name))));
  const delivered = await Promise.all(
    [...quoted, simple('adopted', adopt)].map(source => ask(source, inSecret(source.name))),
  );
  // Refused only by the API server: the attempt carries the value, and nothing else does.
  const attempted = [
    await ask(simple('echo'), inSecret('echo')),
    await ask(simple('foreign'), inSecret('foreign')),
    await ask(simple('fixed', adopt), inSecret('fixed')),
    await ask(simple('typed', adopt), inSecret('typed')),
  ];
  const unwritten = [
    ...(await Promise.all(bad.map(source => ask(source, nowhere)))),
    await ask(simple('denied'), nowhere),
    await ask(simple('undecryptable'), nowhere),
  ];
  for (const { name } of [...written, ...delivered]) await objects.expectSynced(name);
  for (const { name, reason } of bad) await objects.expectCondition(name, 'Ready', 'False', reason);
  await objects.expectCondition('echo', 'Ready', 'False', 'WriteRefused');
  await objects.expectCondition('foreign', 'Ready', 'False', 'TargetNotOwned');
  await objects.expectCondition('fixed', 'Ready', 'False', 'TargetImmutable');
  await objects.expectCondition('typed', 'Ready', 'False', 'TargetTypeDiffers');
  await objects.expectCondition('denied', 'Ready', 'False', 'AccessDenied');
  await objects.expectCondition('undecryptable', 'Ready', 'False', 'DecryptionFailed');

  // Drift, with a value of somebody else's.
  const drift: Canary = { name: 'drift', values: [mark()], place: nowhere };
  const before = (await objects.secret('text'))?.data;
  const edited = { value: Buffer.from(String(drift.values[0])).toString('base64') };
  await kube.patch(objects.path('secrets', 'text'), { data: { ...edited, added: edited.value } });
  await until('the drift is repaired', WAIT, async () => {
    return JSON.stringify((await objects.secret('text'))?.data) === JSON.stringify(before);
  });
  const texts = { ...(await telemetryOf(first, 'before the crash')) };

  // Rotation, with a crash when the Secret is written and nothing else is.
  const rotated = properties();
  const isRotation = (call: Call): boolean =>
    call.verb === 'patch' && call.resource === 'secrets' && call.name === 'properties';
  faults.inject(
    kill('after', () => first.child.kill('SIGKILL')),
    isRotation,
    1,
  );
  await aws.put(idOf('properties'), rotated.content);
  await work.refresh('properties', 'rotated');
  expect(await first.exited).toEqual([null, 'SIGKILL']);
  const second = await start({
    AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/secrets-operator',
    AWS_WEB_IDENTITY_TOKEN_FILE: identityFile,
  });
  await work.expectServed('properties', 'rotated');
  await work.expectRolled('deployments', 'consumer', 'properties');
  await objects.expectCondition('properties', 'RolledOut', 'False', 'RollingOut');
  Object.assign(texts, await telemetryOf(second, 'after the crash'));
  second.child.kill('SIGTERM');
  expect(await second.exited).toEqual([0, null]);
  Object.assign(texts, { 'first output': first.output(), 'second output': second.output() });

  // The annotation is its owner's, and no output of the operator.
  for (const { stored } of old) {
    await kube.patch(objects.path('secrets', stored?.name ?? ''), {
      metadata: { annotations: { [LAST_APPLIED]: null } },
    });
  }
  const keyPlace = { namespace: OPERATOR_NAMESPACE, name: 'secrets-operator-key' };
  const key = await kube.get<KubeObject & { data: { key: string } }>(
    `/api/v1/namespaces/${OPERATOR_NAMESPACE}/secrets/${keyPlace.name}`,
  );
  const sessions = new Set(faults.calls.map(({ headers }) => String(headers['x-amz-security-token'] ?? sessionToken)));
  const parameter = { kind: 'parameter', verb: 'AssumeRoleWithWebIdentity', parameter: 'WebIdentityToken' } as const;
  const sent: readonly Canary[] = [
    ...written,
    ...delivered,
    ...attempted,
    { name: 'rotated', values: [...rotated.values, rotated.content], place: inSecret('properties') },
    {
      name: 'the hash key',
      values: [Buffer.from(key?.data.key ?? '', 'base64')],
      place: { kind: 'secret', ...keyPlace, verb: 'create' },
    },
    {
      name: 'the ServiceAccount token',
      values: [token, ...token.split('.').slice(2)],
      place: inHeader('kube', 'authorization'),
    },
    { name: 'the web identity', values: [identity, ...identity.split('.').slice(1)], place: parameter },
    ...[...sessions].map(session => ({
      name: 'a session token',
      values: [session],
      place: inHeader('aws', 'x-amz-security-token'),
    })),
  ];
  const unsent: readonly Canary[] = [
    ...unwritten,
    ...old,
    drift,
    { name: 'the secret access key', values: [secretKey], place: nowhere },
    { name: 'what errors say', values: [AWS_CANARY, KUBE_CANARY], place: nowhere },
  ];
  const evidence: Evidence = { calls: faults.calls, texts, objects: await readBack() };
  expect(leaks(evidence, [...sent, ...unsent])).toEqual([]);

  // Each went out where it may, and the guard sees it there: else what is clean would prove nothing.
  const seen = (canary: Canary): boolean => leaks(evidence, [{ ...canary, place: nowhere }]).length > 0;
  expect(sent.filter(canary => !seen(canary)).map(({ name }) => name)).toEqual([]);
  expect(sessions.size, 'that of the environment, and that of the web identity').toBe(2);
  for (const { name } of quoted) {
    const quoting = faults.calls.filter(call => call.name === name && call.outcome?.fault === 'error');
    expect(quoting, `refusals of ${name} that quote its value`).toHaveLength(3);
  }
  const did = new Set(faults.calls.map(({ verb, resource }) => `${verb} ${resource}`));
  expect([...did]).toEqual(
    expect.arrayContaining([
      'create secrets',
      'patch secrets',
      'create events',
      'create leases',
      'patch leases',
      'patch awssecrets/status',
      'patch deployments',
      'GetSecretValue secretsmanager',
      'AssumeRoleWithWebIdentity sts',
    ]),
  );
}, 180_000);

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import type { Operator } from '../../src/start.ts';
import { createAwsAdmin } from '../support/aws-admin.ts';
import { type ControlPlane, startControlPlane } from '../support/control-plane.ts';
import { AWS_SECRETS, installDefinition } from '../support/definitions.ts';
import type { Call } from '../support/fault-proxy/call.ts';
import { delay } from '../support/fault-proxy/fault.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy/fault-proxy.ts';
import { createKubeAdmin, type KubeAdmin } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import { type Objects, objectsIn } from './objects.ts';
import { expectReady, runOperator } from './operator.ts';

const WAIT = { timeoutMs: 60_000 } as const;
const COUNT = 10;
const aws = createAwsAdmin(inject('moto')['eu-west-1'], 'eu-west-1');
const lines: string[] = [];

let directory: string;
let plane: ControlPlane;
let proxy: FaultProxy;
let kube: KubeAdmin;
let operator: Operator;

/** A cluster whose own controllers empty namespaces and collect what has lost its owner. */
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'so-'));
  plane = await startControlPlane({ directory, components: ['controller-manager'] });
  proxy = await startFaultProxy({ kube: plane, aws: inject('moto') });
  kube = createKubeAdmin(plane);
  await kube.create('/api/v1/namespaces', { metadata: { name: 'ops' } });
  await installDefinition(kube, AWS_SECRETS);
  const namespaces = { operatorNamespace: 'ops', watchNamespaces: [] };
  operator = await runOperator({ kube: proxy.kube, aws: proxy.aws, ...namespaces, lines });
  await expectReady(operator, lines);
});
afterAll(async () => {
  await operator?.stop();
  await proxy?.stop();
  await plane?.stop();
  await rm(directory, { recursive: true, force: true });
  const defects = ['reconcile panicked', 'reflector failed', 'object cannot be read', 'change handler threw'];
  expect(lines.filter(line => defects.some(defect => line.includes(defect)))).toEqual([]);
});

async function createNamespace(name: string): Promise<Objects> {
  await kube.create('/api/v1/namespaces', { metadata: { name } });
  return objectsIn(name, kube);
}

async function sync(objects: Objects, name: string, target: object = {}): Promise<void> {
  await aws.create(`${objects.namespace}/${name}`, JSON.stringify({ of: name })).catch(() => undefined);
  await objects.applyAwsSecret(name, { dataFrom: [{ secretId: `${objects.namespace}/${name}` }], target });
}

const isGone = async (path: string): Promise<boolean> => (await kube.get(path)) === undefined;
const writes = (from: number, namespace: string): readonly Call[] =>
  proxy.calls.slice(from).filter(call => call.target === 'kube' && call.isWrite && call.namespace === namespace);

it('a namespace goes with all that is in it, and its name can be used again', async () => {
  const objects = await createNamespace('leaving');
  const names = Array.from({ length: COUNT }, (_, index) => `app-${index}`);
  for (const name of names) await sync(objects, name, { creationPolicy: name === 'app-0' ? 'Adopt' : 'Owner' });
  for (const name of names) await objects.expectSynced(name);
  const from = proxy.calls.length;
  await kube.remove('/api/v1/namespaces/leaving');
  await until('the namespace is gone', WAIT, () => isGone('/api/v1/namespaces/leaving'));
  const again = await createNamespace('leaving');
  const written = writes(from, 'leaving');
  expect(
    written.filter(call => call.outcome?.status === 201),
    'nothing was made in it',
  ).toEqual([]);
  expect(written.length, 'each Secret may have gone before its AwsSecret').toBeLessThanOrEqual(4 * COUNT);
  await sync(again, 'app-1');
  await again.expectSecret('app-1', { of: 'app-1' });
  await again.expectSynced('app-1');
});

it('a Secret goes with its AwsSecret, and does not come back', async () => {
  const objects = await createNamespace('collected');
  await sync(objects, 'app');
  await objects.expectSynced('app');
  await kube.remove(objects.path('awssecrets', 'app'));
  await until('the Secret is collected', WAIT, () => isGone(objects.path('secrets', 'app')));
  await sync(objects, 'witness');
  await objects.expectSynced('witness');
  expect(await objects.secret('app')).toBeUndefined();
});

it('what was made for an AwsSecret that was deleted meanwhile is collected', async () => {
  const objects = await createNamespace('orphaned');
  const opened = Promise.withResolvers<void>();
  const isCreate = (call: Call): boolean =>
    call.verb === 'create' && call.resource === 'secrets' && call.name === 'app';
  onTestFinished(proxy.inject(delay(opened.promise), isCreate, 1));
  await sync(objects, 'app');
  await until('the create is under way', WAIT, () => proxy.calls.some(isCreate));
  await kube.remove(objects.path('awssecrets', 'app'));
  opened.resolve();
  await until('the create is answered', WAIT, () =>
    proxy.calls.some(call => isCreate(call) && call.outcome?.status === 201),
  );
  await until('the Secret is collected', WAIT, () => isGone(objects.path('secrets', 'app')));
});

it('an AwsSecret that is made again at once keeps its Secret, which the collector may have taken meanwhile', async () => {
  const objects = await createNamespace('again');
  for (let round = 0; round < 5; round += 1) {
    await sync(objects, 'app');
    await objects.expectSynced('app');
    await kube.remove(objects.path('awssecrets', 'app'));
  }
  const { metadata } = await objects.applyAwsSecret('app', { dataFrom: [{ secretId: 'again/app' }] });
  await objects.expectSynced('app');
  await until('the Secret has the new owner alone', WAIT, async () => {
    const owners = (await objects.secret('app'))?.metadata.ownerReferences;
    return owners?.length === 1 && owners[0]?.uid === metadata.uid;
  });
  await objects.expectSecret('app', { of: 'app' });
});

it('of two AwsSecrets with one target the second has it once the first is gone', async () => {
  const objects = await createNamespace('heirs');
  await sync(objects, 'first', { name: 'shared' });
  await objects.expectSecret('shared', { of: 'first' });
  await sync(objects, 'second', { name: 'shared' });
  await objects.expectCondition('second', 'Ready', 'False', 'TargetOwnedByOther');
  await kube.remove(objects.path('awssecrets', 'first'));
  await objects.expectSecret('shared', { of: 'second' });
  await objects.expectSynced('second');
});

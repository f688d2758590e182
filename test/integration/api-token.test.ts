import { randomUUID } from 'node:crypto';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { systemClock as clock } from '../../src/controller/runtime/system-clock.ts';
import { connect } from '../../src/kube/transport/connect.ts';
import { createTransport } from '../../src/kube/transport/transport.ts';
import { type Operator, startOperator } from '../../src/start.ts';
import { createAwsAdmin } from '../support/aws-admin.ts';
import { grantRbac } from '../support/chart-rbac.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy/fault-proxy.ts';
import { createKubeAdmin, type KubeObject } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import { createTeardown } from '../support/teardown.ts';
import { type Objects, objectsIn } from './objects.ts';
import { expectReady, runOperator } from './operator.ts';
import { workloadsOf } from './workloads.ts';

/** The API server remembers for ten seconds whom a token stands for. */
const WAIT = { timeoutMs: 40_000 } as const;
const NAMESPACE = `token-${randomUUID().slice(0, 8)}`;
const OPS = `${NAMESPACE}-ops`;
const kube = createKubeAdmin(inject('kube'));
const aws = createAwsAdmin(inject('moto')['eu-west-1'], 'eu-west-1');
const lines: string[] = [];
const teardown = createTeardown();

let folder: string;
let account: string;
let proxy: FaultProxy;
let operator: Operator;
let objects: Objects;

/** A token of the operator's ServiceAccount that is good until the returned function is called, as a pod's is until the pod goes. */
async function bindToken(): Promise<{ readonly token: string; readonly revoke: () => Promise<void> }> {
  const secrets = `/api/v1/namespaces/${OPS}/secrets`;
  const name = `bound-${randomUUID().slice(0, 8)}`;
  const { metadata } = await kube.create<KubeObject>(secrets, { metadata: { name } });
  const boundObjectRef = { apiVersion: 'v1', kind: 'Secret', name, uid: metadata.uid };
  const request = { expirationSeconds: 3_600, boundObjectRef };
  const { status } = await kube.create<KubeObject & { readonly status: { readonly token: string } }>(
    `/api/v1/namespaces/${OPS}/serviceaccounts/${account}/token`,
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: request },
  );
  return { token: status.token, revoke: () => kube.remove(`${secrets}/${name}`) };
}
const writeToken = (token: string): Promise<void> => writeFile(path.join(folder, 'token'), token);
const asked = (from: number, status: number) =>
  proxy.calls.slice(from).filter(call => call.target === 'kube' && call.outcome?.status === status);

/** An operator that finds its token where the kubelet puts that of a pod. */
beforeAll(async () => {
  for (const name of [NAMESPACE, OPS]) await kube.create('/api/v1/namespaces', { metadata: { name } });
  objects = objectsIn(NAMESPACE, kube);
  const { user } = await grantRbac(kube, inject('rbac'), { ops: OPS, watched: NAMESPACE });
  account = user.split(':').at(-1) ?? '';
  folder = await mkdtemp(path.join(tmpdir(), 'so-token-'));
  teardown.add(() => rm(folder, { recursive: true }));
  proxy = await startFaultProxy({ kube: inject('kube'), aws: inject('moto') });
  teardown.add(() => proxy.stop());
  await copyFile(inject('kube').certificateAuthority, path.join(folder, 'ca.crt'));
  await writeFile(path.join(folder, 'namespace'), OPS);
});
afterAll(() => teardown.run());

async function start(): Promise<void> {
  const { hostname, port } = new URL(proxy.kube.url);
  const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
  const connection = await connect(clock.monotonic, env, folder);
  expect(connection).toMatchObject({ namespace: OPS, isInCluster: true });
  operator = await runOperator({
    ...{ kube: proxy.kube, aws: proxy.aws, operatorNamespace: OPS, watchNamespaces: [NAMESPACE], lines },
    async startOperator(parts, namespace) {
      const metrics = parts.metrics.transport;
      const transport = await createTransport({ connection, clock, userAgent: parts.userAgent, metrics });
      return await startOperator({ ...parts, transport }, namespace);
    },
  });
  teardown.add(() => operator.stop());
  await expectReady(operator, lines);
}

async function sync(name: string): Promise<void> {
  await aws.create(`${NAMESPACE}/${name}`, '{"v":"1"}');
  await objects.applyAwsSecret(name, { refreshInterval: '0', dataFrom: [{ secretId: `${NAMESPACE}/${name}` }] });
  await objects.expectSynced(name);
}

it('a token that the kubelet has replaced is read anew once the old one is refused; without one the operator waits', async () => {
  const { refresh, expectServed } = workloadsOf(objects);
  const [first, second, third] = await Promise.all([bindToken(), bindToken(), bindToken()]);
  await writeToken(first.token);
  await start();
  await sync('a');

  const from = proxy.calls.length;
  await writeToken(second.token);
  await first.revoke();
  let round = 0;
  await until('the old token is refused', WAIT, async () => {
    round += 1;
    await aws.put(`${NAMESPACE}/a`, JSON.stringify({ v: String(round) }));
    await refresh('a', String(round));
    await expectServed('a', String(round));
    return asked(from, 401).length > 0;
  });
  await objects.expectSecret('a', { v: String(round) });
  await sync('b');
  expect(await objects.events('b')).toEqual([]);
  expect(lines.filter(line => line.includes('status not written') || line.includes('"sync failed"'))).toEqual([]);

  const [later, line] = [proxy.calls.length, lines.length];
  await second.revoke();
  await until('no token is good', WAIT, async () => {
    round += 1;
    await refresh('a', String(round));
    return lines.slice(line).some(text => text.includes('Unauthorized'));
  });
  expect((await fetch(`http://${operator.address}/livez`)).status).toBe(200);
  await aws.put(`${NAMESPACE}/a`, '{"v":"last"}');
  await until('it was tried again', WAIT, () => asked(later, 401).length >= 6);
  await writeToken(third.token);
  await refresh('a', 'last');
  await until('it is served', WAIT, async () => {
    return (await objects.awsSecret('a')).status?.lastHandledRefreshRequest === 'last';
  });
  await objects.expectSecret('a', { v: 'last' });
  await objects.expectSynced('a');
}, 150_000);

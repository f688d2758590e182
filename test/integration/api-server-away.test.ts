import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import type { Operator } from '../../src/start.ts';
import { createAwsAdmin } from '../support/aws-admin.ts';
import { type ControlPlane, startControlPlane } from '../support/control-plane.ts';
import { AWS_SECRETS, installDefinition } from '../support/definitions.ts';
import { type AwsFaultProxy, startAwsFaultProxy } from '../support/fault-proxy/fault-proxy.ts';
import { createKubeAdmin } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import { type Objects, objectsIn } from './objects.ts';
import { expectReady, runOperator } from './operator.ts';

const NAMESPACE = 'outage';
const NAMES = Array.from({ length: 10 }, (_, i) => `app-${i}`);
/** Kinds that are watched and that this server has: AwsSecrets, Secrets and five of workloads. */
const WATCHES = 7;
const REFRESH_MS = 10_000;
const WAIT = { timeoutMs: 30_000 } as const;
const idOf = (name: string): string => `${NAMESPACE}/${name}`;
const aws = createAwsAdmin(inject('moto')['eu-west-1'], 'eu-west-1');
const lines: string[] = [];

let directory: string;
let plane: ControlPlane;
let proxy: AwsFaultProxy;
let objects: Objects;
let operator: Operator;

/** An API server of its own, which is really stopped; AWS is counted. */
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'so-'));
  proxy = await startAwsFaultProxy({ aws: inject('moto') });
  plane = await startControlPlane({ directory });
  const kube = createKubeAdmin(plane);
  objects = objectsIn(NAMESPACE, kube);
  await kube.create('/api/v1/namespaces', { metadata: { name: NAMESPACE } });
  await installDefinition(kube, AWS_SECRETS);
  const namespaces = { operatorNamespace: NAMESPACE, watchNamespaces: [NAMESPACE] };
  operator = await runOperator({ kube: plane, aws: proxy.aws, ...namespaces, lines });
  await expectReady(operator, lines);
  await Promise.all(NAMES.map(name => add(name, 'first')));
  for (const name of NAMES) await objects.expectSynced(name);
});
afterEach(() => {
  const defects = ['reflector failed', 'object cannot be read', 'change handler threw', 'panic'];
  expect(lines.filter(line => defects.some(defect => line.includes(defect)))).toEqual([]);
});
afterAll(async () => {
  await operator?.stop();
  await plane?.stop();
  await proxy?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function add(name: string, value: string): Promise<void> {
  await aws.create(idOf(name), JSON.stringify({ value }));
  await objects.applyAwsSecret(name, {
    refreshInterval: `${REFRESH_MS / 1_000}s`,
    dataFrom: [{ secretId: idOf(name) }],
  });
}

async function probe(of: 'livez' | 'readyz'): Promise<number> {
  return (await fetch(`http://${operator.address}/${of}`)).status;
}

/** Waits until `isThere`, and sees that the operator is alive all the time. */
async function untilAlive(what: string, isThere: () => boolean): Promise<void> {
  await until(what, WAIT, async () => {
    expect(await probe('livez')).toBe(200);
    return isThere();
  });
}

it('an API server that goes away: the operator stays up, waits, and then makes up for all that it missed', async () => {
  const [drifted = '', changed = ''] = NAMES;
  const before = lines.length;
  const said = (text: string) => lines.slice(before).filter(line => line.includes(text)).length;
  await plane.stopApiServer();
  await aws.put(idOf(changed), JSON.stringify({ value: 'second' }));
  await untilAlive('every watch has failed', () => said('watch failed') >= WATCHES);
  await plane.startApiServer();
  const [calls, returnedAt] = [proxy.calls.length, performance.now()];
  await objects.kube.patch(objects.path('secrets', drifted), { data: { value: 'ZWRpdGVk' } });

  await objects.expectSecret(drifted, { value: 'first' });
  await objects.expectSecret(changed, { value: 'second' });
  await add('later', 'new');
  for (const name of [...NAMES, 'later']) await objects.expectSynced(name);
  const intervals = 1 + (performance.now() - returnedAt) / REFRESH_MS;
  expect(proxy.calls.length - calls, 'AWS is asked as on any other day').toBeLessThanOrEqual(
    2 * (NAMES.length + 1) * intervals,
  );
  expect(said('watch failed') + said('list failed'), 'nothing was tried in a hurry').toBeLessThanOrEqual(WATCHES * 8);
  expect(said('"status":410'), 'the versions from before were too old for the new server').toBeGreaterThan(0);
  expect(await probe('livez')).toBe(200);
  expect(await probe('readyz')).toBe(200);
});

it('an API server that comes back with another certificate is trusted as soon as its CA file says so', async () => {
  const old = await readFile(plane.certificateAuthority, 'utf8');
  await plane.stopApiServer();
  await Promise.all([plane.certificateAuthority, plane.servingKey].map(file => rm(file)));
  await plane.startApiServer();
  expect(await readFile(plane.certificateAuthority, 'utf8')).not.toBe(old);
  await add('trusted', 'again');
  await objects.expectSynced('trusted');
  await objects.expectSecret('trusted', { value: 'again' });
  expect(await probe('livez')).toBe(200);
});

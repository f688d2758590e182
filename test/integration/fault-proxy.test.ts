import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import {
  BatchGetSecretValueCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { fromWebToken } from '@aws-sdk/credential-providers';
import { Agent, request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Transport } from '../../src/kube/transport/transport.ts';
import { watchEvents } from '../../src/kube/watch/watch-stream.ts';
import { createAwsAdmin } from '../support/aws-admin.ts';
import * as faults from '../support/fault-proxy/fault.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy/fault-proxy.ts';
import type { Fault } from '../support/fault-proxy/fault-types.ts';
import { connectTransport, createKubeAdmin } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';

const REGION = 'eu-west-1';
const WAIT = { timeoutMs: 10_000 } as const;

describe('the fault proxy before the real servers', () => {
  const namespace = `p-${randomUUID().slice(0, 8)}`;
  const admin = createKubeAdmin(inject('kube'));
  const west = createAwsAdmin(inject('moto')[REGION], REGION);
  let proxy: FaultProxy;
  let transport: Transport;
  let client: SecretsManagerClient;
  const ends: (() => void)[] = [];
  beforeAll(async () => {
    await admin.create('/api/v1/namespaces', { metadata: { name: namespace } });
    proxy = await startFaultProxy({ kube: inject('kube'), aws: inject('moto') });
    transport = await connectTransport(proxy.kube);
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    client = new SecretsManagerClient({
      endpoint: proxy.aws[REGION] ?? '',
      region: REGION,
      credentials,
      maxAttempts: 1,
    });
  });
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });
  afterAll(async () => {
    await transport.close();
    client.destroy();
    await proxy.stop();
  });
  const meet = (fault: Fault, times = 1) => ends.push(proxy.inject(fault, undefined, times));
  const secrets = `/api/v1/namespaces/${namespace}/secrets`;
  const create = (name: string) => transport.call({ method: 'POST', path: secrets, body: { metadata: { name } } });
  const list = () => transport.call({ method: 'GET', path: secrets });
  const statusOf = (result: Awaited<ReturnType<typeof list>>) => (result.ok ? 'ok' : result.error.status);
  const isThere = async (name: string) => (await admin.get(`${secrets}/${name}`)) !== undefined;

  const creates = [
    { name: 'passed', fault: faults.delay(0), seen: 'ok', exists: true },
    { name: 'reset', fault: faults.reset(), seen: 0, exists: false },
    { name: 'lost', fault: faults.loseAnswer(), seen: 0, exists: true },
    { name: 'truncated', fault: faults.truncate(), seen: 0, exists: true },
    { name: 'first', fault: faults.duplicate('first'), seen: 'ok', exists: true },
    { name: 'second', fault: faults.duplicate('second'), seen: 409, exists: true },
    { name: 'refused', fault: faults.kubeError(422), seen: 422, exists: false },
    { name: 'broken', fault: faults.serverError(), seen: 500, exists: false },
  ];
  it.each(creates)('a create that is $name over TLS: the client sees $seen', async ({ name, fault, seen, exists }) => {
    meet(fault);
    expect(statusOf(await create(name))).toBe(seen);
    expect(await isThere(name)).toBe(exists);
    expect(proxy.calls.at(-1)).toMatchObject({ target: 'kube', verb: 'create', resource: 'secrets', namespace, name });
  });

  /** Over one lasting connection. */
  const useOne = async () => {
    const ca = await readFile(proxy.kube.certificateAuthority);
    const dispatcher = new Agent({ connections: 1, connect: { ca } });
    const get = async (): Promise<number> => {
      const headers = { authorization: `Bearer ${proxy.kube.token}` };
      const { statusCode, body } = await request(proxy.kube.url + secrets, { dispatcher, headers });
      await body.dump();
      return statusCode;
    };
    return { ca, get, stop: () => dispatcher.destroy() };
  };

  it('keeps TLS connections, breaks them all at once, and the next call has a new one', async () => {
    const one = await useOne();
    const before = proxy.sockets.accepted.kube ?? 0;
    expect([await one.get(), await one.get()]).toEqual([200, 200]);
    expect(proxy.sockets.accepted.kube).toBe(before + 1);
    proxy.disconnect('kube');
    await until('all are closed', WAIT, () => proxy.sockets.open.kube === 0);
    expect(await one.get()).toBe(200);
    expect(proxy.sockets.accepted.kube).toBe(before + 2);
    await one.stop();
  });

  it('in a black hole a new connection has no handshake until it ends, and an open one no answer', async () => {
    const one = await useOne();
    await one.get();
    const [calls, accepted] = [proxy.calls.length, proxy.sockets.accepted.kube ?? 0];
    const fill = proxy.blackhole('kube');
    const seen: string[] = [];
    const waiting = one.get().then(status => seen.push(String(status)));
    const port = Number(new URL(proxy.kube.url).port);
    const socket = connect({ host: '127.0.0.1', port, ca: one.ca }, () => seen.push('handshake'));
    await until(
      'both are held',
      WAIT,
      () => proxy.calls.length > calls && (proxy.sockets.accepted.kube ?? 0) > accepted,
    );
    expect(seen).toEqual([]);
    fill();
    await waiting;
    await until('both are through', WAIT, () => seen.length === 2);
    expect(seen.sort()).toEqual(['200', 'handshake']);
    socket.destroy();
    await one.stop();
  });

  it('a watch passes, and ends as it is told to', async () => {
    const follow = async (fault?: Fault): Promise<readonly (string | undefined)[]> => {
      if (fault) meet(fault);
      const query = { watch: 'true', timeoutSeconds: '1', fieldSelector: 'metadata.name=passed' };
      const result = await transport.stream(
        { method: 'GET', path: secrets, query },
        5_000,
        AbortSignal.timeout(10_000),
      );
      if (!result.ok) return [String(result.error.status)];
      const events: string[] = [];
      for await (const event of watchEvents(result.value)) {
        events.push(event.type === 'ERROR' ? `ERROR ${event.object.code}` : event.type);
      }
      return events;
    };
    expect(await follow()).toEqual(['ADDED']);
    expect(await follow(faults.gone(1))).toEqual(['ADDED', 'ERROR 410']);
    expect(await follow(faults.cutAfter(1))).toEqual(['ADDED']);
    expect(await follow(faults.truncate())).toEqual([]);
    expect(await follow(faults.kubeError(410))).toEqual(['410']);
  });

  it('the SDK knows every error for what it is', async () => {
    const get = () => client.send(new GetSecretValueCommand({ SecretId: 'x' }));
    const credentials = fromWebToken({
      roleArn: 'arn:aws:iam::123456789012:role/r',
      webIdentityToken: 't',
      clientConfig: { endpoint: proxy.aws[REGION] ?? '', region: REGION, maxAttempts: 1 },
    });
    const rows = [
      { fault: faults.awsError('AccessDeniedException'), call: get, name: 'AccessDeniedException', status: 400 },
      { fault: faults.throttled(), call: get, name: 'ThrottlingException', status: 400 },
      { fault: faults.serverError(), call: get, name: 'InternalServiceError', status: 500 },
      { fault: faults.expiredToken(), call: get, name: 'ExpiredTokenException', status: 400 },
      { fault: faults.expiredToken(), call: credentials, name: 'ExpiredTokenException', status: 400 },
      { fault: faults.awsError('AccessDenied', 403), call: credentials, name: 'AccessDenied', status: 403 },
    ];
    for (const { fault, call, name, status } of rows) {
      meet(fault);
      await expect(call()).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
    }
    await expect(get()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect((await credentials()).accessKeyId).toMatch(/^[A-Z0-9]+$/);
  });

  it('one region serves an old version, and refuses ids of a batch', async () => {
    const [a, b] = [`${namespace}/a`, `${namespace}/b`];
    const first = await west.create(a, 'one');
    await west.create(b, 'other');
    const value = async () => (await client.send(new GetSecretValueCommand({ SecretId: a }))).SecretString;
    const current = async () =>
      (await client.send(new DescribeSecretCommand({ SecretId: a }))).VersionIdsToStages?.[first]?.[0];
    expect([await value(), await current()]).toEqual(['one', 'AWSCURRENT']);
    await west.put(a, 'two');
    expect([await value(), await current()]).toEqual(['two', 'AWSPREVIOUS']);
    meet(faults.oldVersion(), 2);
    expect([await value(), await current()]).toEqual(['one', 'AWSCURRENT']);
    expect(await value()).toBe('two');
    meet(faults.idError('AccessDeniedException', a));
    const batch = await client.send(new BatchGetSecretValueCommand({ SecretIdList: [a, b] }));
    expect(batch.SecretValues?.map(({ Name }) => Name)).toEqual([b]);
    expect(batch.Errors).toEqual([{ SecretId: a, ErrorCode: 'AccessDeniedException', Message: faults.AWS_CANARY }]);
  });
});

import { connect } from 'node:net';
import { Registry } from 'prom-client';
import { afterEach, expect, test } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { serveTelemetry, type TelemetryServer } from './http.ts';
import { createMetrics } from './metrics.ts';

const open: TelemetryServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function serve(over: Partial<Parameters<typeof serveTelemetry>[0]> = {}): Promise<TelemetryServer> {
  const base = { bindAddress: '127.0.0.1:0', registry: new Registry(), live: () => undefined, ready: () => undefined };
  const server = await serveTelemetry({ ...base, ...over });
  open.push(server);
  return server;
}

async function ask({ address }: TelemetryServer, path: string, method = 'GET') {
  const response = await fetch(`http://${address}${path}`, { method });
  return { status: response.status, text: await response.text(), type: response.headers.get('content-type') };
}

const rows = [
  { why: 'alive', path: '/livez', live: undefined, ready: 'not yet', status: 200, text: 'ok' },
  {
    why: 'not alive, and why',
    path: '/livez',
    live: 'a worker is stuck',
    ready: undefined,
    status: 503,
    text: 'a worker is stuck',
  },
  { why: 'ready', path: '/readyz', live: 'stuck', ready: undefined, status: 200, text: 'ok' },
  { why: 'not ready, and why', path: '/readyz', live: undefined, ready: 'not yet', status: 503, text: 'not yet' },
  { why: 'a query says nothing', path: '/livez?verbose', live: undefined, ready: undefined, status: 200, text: 'ok' },
  { why: 'nothing else is served', path: '/', live: undefined, ready: undefined, status: 404, text: 'not found' },
  {
    why: 'a path below is another path',
    path: '/livez/x',
    live: undefined,
    ready: undefined,
    status: 404,
    text: 'not found',
  },
];

for (const { why, path, live, ready, status, text } of rows) {
  test(`${path} → ${status}: ${why}`, async () => {
    const server = await serve({ live: () => live, ready: () => ready });
    expect(await ask(server, path)).toMatchObject({ status, text, type: 'text/plain; charset=utf-8' });
  });
}

test('the checks are asked anew each time', async () => {
  let problem: string | undefined = 'not yet';
  const server = await serve({ ready: () => problem });
  expect((await ask(server, '/readyz')).status).toBe(503);
  problem = undefined;
  expect((await ask(server, '/readyz')).status).toBe(200);
});

test('only reading is allowed', async () => {
  const server = await serve();
  expect((await ask(server, '/livez', 'POST')).status).toBe(405);
  expect(await ask(server, '/livez', 'HEAD')).toMatchObject({ status: 200, text: '' });
});

test('/metrics gives the registry in the Prometheus format', async () => {
  const metrics = createMetrics(createFakeClock());
  metrics.controller('awssecret', 20);
  metrics.aws.called('DescribeSecret', 'eu-west-1', 'success');
  const answer = await ask(await serve({ registry: metrics.registry }), '/metrics');
  expect(answer).toMatchObject({ status: 200, type: expect.stringContaining('text/plain; version=0.0.4') });
  expect(answer.text).toContain('controller_runtime_max_concurrent_reconciles{controller="awssecret"} 20');
  expect(answer.text).toContain('controller_runtime_reconcile_total{controller="awssecret",result="error"} 0');
  expect(answer.text).toMatch(/secrets_operator_aws_calls_total\{.*region="eu-west-1".*\} 1/);
});

test('metrics that cannot be collected are an error, not a crash, and tell nothing', async () => {
  const registry = new Registry();
  registry.metrics = async () => {
    throw new Error('hunter2');
  };
  const server = await serve({ registry });
  const answer = await ask(server, '/metrics');
  expect(answer.status).toBe(500);
  expect(answer.text).not.toContain('hunter2');
  expect((await ask(server, '/livez')).status).toBe(200);
});

test('the address is where it listens, also on IPv6', async () => {
  expect((await serve()).address).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
  const six = await serve({ bindAddress: '[::1]:0' });
  expect(six.address).toMatch(/^\[::1\]:[1-9]\d*$/);
  expect((await ask(six, '/livez')).status).toBe(200);
});

test('an address that is taken rejects', async () => {
  const { address } = await serve();
  await expect(serve({ bindAddress: address })).rejects.toThrow(address.split(':')[1]);
});

test('close ends connections that nobody uses, so that the process can end', async () => {
  const server = await serve();
  const [host = '', port = ''] = server.address.split(':');
  const socket = connect(Number(port), host);
  const ended = new Promise<void>(resolve => socket.once('close', () => resolve()));
  await new Promise<void>(resolve => socket.once('connect', () => resolve()));
  await server.close();
  await ended;
  await expect(fetch(`http://${server.address}/livez`)).rejects.toThrow();
});

import path from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { createAwsAdmin } from '../support/aws-admin.ts';
import { findLeak } from '../support/canary.ts';
import { createKubeAdmin } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import { startBundle } from './bundle.ts';

const CANARY = 'canary-5a1f-never-leaves';

/** The bundle as users run it: a process of its own, with KUBECONFIG and the SDK's environment and no further flag. */
describe('dist/operator.mjs', () => {
  const kube = createKubeAdmin(inject('kube'));
  const aws = createAwsAdmin(inject('moto')['eu-west-1'], 'eu-west-1');
  const namespace = 'process';

  beforeAll(async () => {
    await kube.create('/api/v1/namespaces', { metadata: { name: namespace } });
  });

  const environment = {
    KUBECONFIG: inject('kube').kubeconfig,
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: inject('moto')['eu-west-1'],
    AWS_ACCESS_KEY_ID: 'operator',
    AWS_SECRET_ACCESS_KEY: 'operator',
    SECRETS_OPERATOR_BIND_ADDRESS: '127.0.0.1:0',
    SECRETS_OPERATOR_WATCH_NAMESPACES: namespace,
    SECRETS_OPERATOR_LOG_LEVEL: 'trace',
  };
  const fetchText = async (url: string) => {
    const response = await fetch(url);
    return { status: response.status, text: await response.text() };
  };

  it('syncs, answers its probes, counts under controller-runtime names, and drains on SIGTERM; no value comes out', async () => {
    const secretId = `${namespace}/db`;
    await aws.create(secretId, JSON.stringify({ password: CANARY }));
    const { child, output, exited, url: address } = startBundle({ env: environment });
    const url = await address();
    await kube.create(`/apis/secrets-operator.io/v1alpha1/namespaces/${namespace}/awssecrets`, {
      apiVersion: 'secrets-operator.io/v1alpha1',
      kind: 'AwsSecret',
      metadata: { name: 'db' },
      spec: { dataFrom: [{ secretId }] },
    });
    await until('the Secret is there', { timeoutMs: 20_000 }, () =>
      kube.get(`/api/v1/namespaces/${namespace}/secrets/db`),
    );
    expect(await fetchText(`${url}/livez`)).toEqual({ status: 200, text: 'ok' });
    expect(await fetchText(`${url}/readyz`)).toEqual({ status: 200, text: 'ok' });
    const metrics = (await fetchText(`${url}/metrics`)).text;
    for (const name of [
      'controller_runtime_reconcile_total{controller="awssecret",result="requeue_after"}',
      'controller_runtime_reconcile_time_seconds_bucket',
      'workqueue_depth{name="awssecret",controller="awssecret"} 0',
      'rest_client_requests_total{code="200",method="GET"}',
      'secrets_operator_aws_calls_total{operation="GetSecretValue",region="eu-west-1",outcome="success"} 1',
      'secrets_operator_secret_changes_total 1',
    ])
      expect(metrics).toContain(name);
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(findLeak({ output: output(), metrics }, [CANARY])).toBeUndefined();
    for (const line of output().trim().split('\n')) expect(() => JSON.parse(line), line).not.toThrow();
  });

  it('stays up without an API server, alive but not ready', async () => {
    const dead = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'dead',
      clusters: [{ name: 'dead', cluster: { server: 'https://127.0.0.1:9' } }],
      users: [{ name: 'dead', user: { token: 'x' } }],
      contexts: [{ name: 'dead', context: { cluster: 'dead', user: 'dead' } }],
    });
    const file = path.join(path.dirname(inject('kube').kubeconfig), 'dead.kubeconfig');
    const { writeFile } = await import('node:fs/promises');
    await writeFile(file, dead);
    const { child, exited, output, url: address } = startBundle({ env: { ...environment, KUBECONFIG: file } });
    await until('it retries', { timeoutMs: 20_000 }, () => output().split('list failed').length > 4);
    const url = await address();
    expect((await fetchText(`${url}/livez`)).status).toBe(200);
    expect((await fetchText(`${url}/readyz`)).status).toBe(503);
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });

  const refused = [
    { why: 'a flag that is none', args: ['--region=x'], says: '--region' },
    { why: 'a region that is none', args: ['--regions=Ireland'], says: '--regions: must be names of AWS regions' },
    { why: 'an endpoint for no service', args: ['--aws-endpoints=s3/eu-west-1=http://x'], says: '--aws-endpoints' },
  ];
  it.each(refused)('refuses $why by name', async ({ args, says }) => {
    const { output, exited } = startBundle({ env: environment, args });
    expect(await exited).toEqual([2, null]);
    expect(output()).toContain(says);
  });

  it('names what it looked for when there is no cluster', async () => {
    const { output, exited } = startBundle({ env: { ...environment, KUBECONFIG: '/nonexistent' } });
    expect((await exited)[0]).toBe(1);
    expect(output()).toContain('/nonexistent');
  });
});

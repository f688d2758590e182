import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { CHART, template } from './helm.ts';

const refused = [
  { values: { watchNamespace: ['a'] }, says: 'watchNamespace', why: 'a typing error must not mean "all namespaces"' },
  { values: { replicaCount: 2 }, says: 'replicaCount', why: 'the value of other charts has another name here' },
  { values: { replicas: -1 }, says: '/replicas', why: 'no number of pods is below zero' },
  {
    values: { replicas: 2, extraArgs: ['--leader-elect=false'] },
    says: '--leader-elect=false',
    why: 'two operators that both lead would do all work twice',
  },
  { values: { rollout: { enable: false } }, says: '/rollout', why: 'nested names are as easy to mistype' },
  { values: { regions: ['EU'] }, says: '/regions/0', why: 'a region that does not exist can never be read' },
  { values: { regions: 'eu-west-1' }, says: '/regions', why: 'a string in place of a list is split nowhere' },
  { values: { regions: ['eu-west-1', 'eu-west-1'] }, says: '/regions', why: 'a region cannot be its own failover' },
  { values: { clusterName: 'prod,1' }, says: '/clusterName', why: 'no tag in AWS can hold it' },
  { values: { watchNamespaces: ['Shop'] }, says: '/watchNamespaces/0', why: 'no namespace can have that name' },
  { values: { logLevel: 'loud' }, says: '/logLevel', why: 'the operator would refuse to start' },
  { values: { maxConcurrentReconciles: 0 }, says: '/maxConcurrentReconciles', why: 'no worker, no work' },
  { values: { port: 80 }, says: '/port', why: 'a process without capabilities cannot bind it' },
  { values: { image: { digest: 'sha256:1' } }, says: '/image/digest', why: 'a cut digest pulls nothing' },
  { values: { image: { repository: 'a@sha256:1' } }, says: '/image/repository', why: 'the digest has its own value' },
  { values: { extraArgs: ['regions=x'] }, says: '/extraArgs/0', why: 'without dashes it is no flag' },
  { values: { extraEnv: [{ value: 'x' }] }, says: '/extraEnv/0', why: 'a variable needs a name' },
  { values: { extraVolumeMounts: [{ name: 'x' }] }, says: '/extraVolumeMounts/0', why: 'a mount needs a path' },
  { values: { awsEndpoints: { 'sts/eu-west-1': 'vpce' } }, says: '/awsEndpoints', why: 'an endpoint is a URL' },
  { values: { awsEndpoints: { 's3/eu-west-1': 'http://x' } }, says: '"s3/eu-west-1"', why: 'S3 is never called' },
  { values: { commonLabels: { 'helm.sh/chart': 'x' } }, says: 'commonLabels', why: 'one key twice is not YAML' },
  {
    values: { podLabels: { 'app.kubernetes.io/name': 'x' } },
    says: 'podLabels',
    why: 'the selector would miss the pod',
  },
  {
    values: { serviceAccount: { create: false } },
    says: 'serviceAccount.name',
    why: '"default" is shared by all pods',
  },
  {
    values: { metrics: { service: { enabled: false }, serviceMonitor: { enabled: true } } },
    says: 'metrics.service.enabled',
    why: 'the monitor would find no target, in silence',
  },
];

test.each(refused)('refuses $values because $why', ({ values, says }) => {
  const { ok, stderr } = template(values);
  expect(ok).toBe(false);
  expect(stderr).toContain(says);
});

const accepted = [
  { values: {}, why: 'the defaults must install' },
  { values: { global: { anything: 1 }, enabled: true }, why: 'a parent chart passes both to its subcharts' },
  { values: { regions: ['us-gov-west-1', 'eusc-de-east-1', 'cn-north-1'] }, why: 'other partitions are regions too' },
  { values: { replicas: 0 }, why: 'an operator can be paused' },
  { values: { extraArgs: ['--leader-elect=false'] }, why: 'one alone needs no lease' },
  { values: { resources: { limits: null } }, why: 'a default can be taken away' },
];

test.each(accepted)('accepts $values because $why', ({ values }) => {
  expect(template(values)).toMatchObject({ ok: true });
});

test('refuses a cluster that is older than the chart supports', () => {
  const { ok, stderr } = template({}, CHART, '1.26.0');
  expect(ok).toBe(false);
  expect(stderr).toContain('kubeVersion');
});

const read = (file: string) => readFileSync(path.join(CHART, file), 'utf8');
const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;

/** Values that Kubernetes defines as a whole; the chart documents the value, not what is inside. */
const whole = new Set(['resources', 'podSecurityContext', 'securityContext', 'livenessProbe', 'readinessProbe']);

function paths(values: Record<string, unknown>, prefix = ''): readonly string[] {
  return Object.entries(values).flatMap(([key, value]) =>
    isGroup(value) && !whole.has(key) ? paths(value, `${prefix}${key}.`) : [`${prefix}${key}`],
  );
}

test('the README documents every value, and only those that exist', () => {
  const documented = [...read('README.md').matchAll(/^\| `([^`]+)` \|/gm)].map(match => match[1]);
  expect(documented).toEqual(paths(parse(read('values.yaml')) as Record<string, unknown>));
});

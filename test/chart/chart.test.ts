import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { V1Container, V1Deployment, V1PodDisruptionBudget, V1PodSpec, V1Service } from '@kubernetes/client-node';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { CHART, helm, type Manifest, ofKind, render } from './helm.ts';

function deployment(values: unknown = {}): V1Deployment {
  const [found] = ofKind<V1Deployment>(render(values), 'Deployment');
  if (!found) throw new Error('the chart rendered no Deployment');
  return found;
}

function pod(values: unknown = {}): { readonly spec: V1PodSpec; readonly container: V1Container } {
  const spec = deployment(values).spec?.template.spec;
  const container = spec?.containers[0];
  if (!spec || !container) throw new Error('the Deployment has no container');
  return { spec, container };
}

/** A copy of the chart that the test may change; it is removed when the test ends. */
function copyOfChart(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'chart-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(CHART, folder, { recursive: true });
  return folder;
}

test('helm lint has nothing to say against it', () => {
  expect(helm('lint', '--strict', CHART)).toMatchObject({ ok: true });
});

test('the pod fulfils the Pod Security Standard "restricted"', () => {
  const { spec, container } = pod();
  expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  expect(spec.securityContext?.runAsUser).toBe(65532);
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  expect([spec.hostNetwork, spec.hostPID, spec.hostIPC, spec.volumes, spec.initContainers]).toEqual(
    Array(5).fill(undefined),
  );
  expect(container.ports?.map(port => port.hostPort)).toEqual([undefined]);
});

test('a default of the security context can be taken away, because OpenShift chooses the user itself', () => {
  const { spec } = pod({ podSecurityContext: { runAsUser: null, runAsGroup: null, fsGroup: null } });
  expect(spec.securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
});

test('the new pod is ready before the old one goes, which has time to drain', () => {
  const { spec } = deployment();
  expect(spec).toMatchObject({
    replicas: 1,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
  });
  expect(spec?.template.spec?.terminationGracePeriodSeconds).toBe(15);
});

const budgets = [
  { replicas: 0, guarded: 0, why: 'nothing runs' },
  { replicas: 1, guarded: 0, why: 'a budget for one pod would block every drain of its node' },
  { replicas: 2, guarded: 1, why: 'a drain must not take leader and standby together' },
];

test.each(budgets)('$replicas replicas have $guarded disruption budgets: $why', ({ replicas, guarded }) => {
  const found = ofKind<V1PodDisruptionBudget>(render({ replicas }), 'PodDisruptionBudget');
  expect(found).toHaveLength(guarded);
  const { spec } = deployment({ replicas });
  expect(spec?.replicas).toBe(replicas);
  for (const { spec: budget } of found) {
    expect(budget).toMatchObject({ maxUnavailable: 1, selector: spec?.selector ?? {} });
  }
});

test('several replicas go to different nodes where that can be done, unless somebody says otherwise', () => {
  expect(pod().spec.topologySpreadConstraints).toBeUndefined();
  const { spec } = deployment({ replicas: 2 });
  expect(spec?.template.spec?.topologySpreadConstraints).toEqual([
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: spec?.selector,
    },
  ]);
  const own = [{ ...constraint }];
  expect(pod({ replicas: 2, topologySpreadConstraints: own }).spec.topologySpreadConstraints).toEqual(own);
});

test('the lease is that of the release, because two releases may share a namespace', () => {
  expect(pod().container.args).toContain('--leader-election-lease-name=rel-secrets-operator');
  expect(pod({ fullnameOverride: 'other' }).container.args).toContain('--leader-election-lease-name=other');
  expect(pod().container.args?.filter(arg => arg.startsWith('--leader-elect='))).toEqual([]);
});

test('liveness and readiness ask different questions', () => {
  const { container } = pod();
  expect(container.livenessProbe?.httpGet).toEqual({ path: '/livez', port: 'http' });
  expect(container.readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'http' });
});

const digest = `sha256:${'0'.repeat(64)}`;
const images = [
  { image: {}, expected: 'ghcr.io/secrets-operator/secrets-operator:0.1.0', why: 'the tag is the appVersion' },
  { image: { repository: 'r.io/a', tag: 'b' }, expected: 'r.io/a:b', why: 'mirrors have other names' },
  { image: { repository: 'r.io/a', tag: 'b', digest }, expected: `r.io/a:b@${digest}`, why: 'the digest decides' },
];

test.each(images)('image $expected because $why', ({ image, expected }) => {
  expect(pod({ image }).container.image).toBe(expected);
});

const env = { name: 'AWS_ROLE_ARN', value: 'arn:aws:iam::123456789012:role/reader' };
const volume = { name: 'token', emptyDir: {} };
const mount = { name: 'token', mountPath: '/token' };
const constraint = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' };

const podValues = [
  {
    values: { extraEnv: [env] },
    at: { containers: [{ env: [{ name: 'POD_NAMESPACE' }, { name: 'POD_NAME' }, { name: 'POD_UID' }, env] }] },
    why: 'static keys',
  },
  { values: { extraVolumes: [volume] }, at: { volumes: [volume] }, why: 'projected tokens, CA bundles' },
  { values: { extraVolumeMounts: [mount] }, at: { containers: [{ volumeMounts: [mount] }] }, why: 'and where they go' },
  { values: { imagePullSecrets: [{ name: 'r' }] }, at: { imagePullSecrets: [{ name: 'r' }] }, why: 'private mirrors' },
  { values: { nodeSelector: { a: 'b' } }, at: { nodeSelector: { a: 'b' } }, why: 'placing' },
  { values: { tolerations: [{ key: 'a' }] }, at: { tolerations: [{ key: 'a' }] }, why: 'placing' },
  { values: { affinity: { nodeAffinity: {} } }, at: { affinity: { nodeAffinity: {} } }, why: 'placing' },
  {
    values: { topologySpreadConstraints: [constraint] },
    at: { topologySpreadConstraints: [constraint] },
    why: 'placing',
  },
  { values: { priorityClassName: 'high' }, at: { priorityClassName: 'high' }, why: 'it should outlive its apps' },
  {
    values: { podSecurityContext: { runAsUser: null } },
    at: { securityContext: { fsGroup: 65532 } },
    why: 'OpenShift',
  },
];

test.each(podValues)('$values reaches the pod ($why)', ({ values, at }) => {
  expect(pod(values).spec).toMatchObject(at);
});

const args = [
  { values: { regions: ['eu-west-1', 'eu-central-1'] }, arg: '--regions=eu-west-1,eu-central-1', why: 'in this order' },
  { values: { clusterName: 'prod-1' }, arg: '--cluster-name=prod-1', why: 'policies in AWS tell clusters apart' },
  { values: { watchNamespaces: ['b', 'a'] }, arg: '--watch-namespaces=b,a', why: 'rights and watches are one list' },
  { values: { rollout: { enabled: false } }, arg: '--rollout-enabled=false', why: 'it must not try without rights' },
  { values: { logLevel: 'debug' }, arg: '--log-level=debug', why: 'flags win over the environment' },
  { values: { port: 9090 }, arg: '--bind-address=:9090', why: 'host networks share ports' },
  { values: { maxConcurrentReconciles: 50 }, arg: '--max-concurrent-reconciles=50', why: 'large clusters' },
  { values: { extraArgs: ['--new-flag=1'] }, arg: '--new-flag=1', why: 'flags that the chart does not know' },
  {
    values: {
      awsEndpoints: {
        'sts/eu-west-1': 'http://b:1',
        'ssm/eu-west-1': 'http://c',
        'secretsmanager/eu-west-1': 'https://a',
      },
    },
    arg: '--aws-endpoints=secretsmanager/eu-west-1=https://a,ssm/eu-west-1=http://c,sts/eu-west-1=http://b:1',
    why: 'sorted, so that equal values render equal pods',
  },
];

test.each(args)('$values gives $arg because $why', ({ values, arg }) => {
  expect(pod(values).container.args).toContain(arg);
});

test('labels and annotations of the pod reach it, and the selector stays as it was', () => {
  const before = deployment().spec?.selector;
  const { spec } = deployment({
    podLabels: { team: 'a' },
    podAnnotations: { note: 'b' },
    commonLabels: { team: 'all' },
  });
  expect(spec?.template.metadata).toMatchObject({ labels: { team: 'a' }, annotations: { note: 'b' } });
  expect(spec?.selector).toEqual(before);
  expect(spec?.template.metadata?.labels).toMatchObject(before?.matchLabels ?? {});
});

test('the role of IRSA is on the ServiceAccount that the pod uses', () => {
  const annotations = { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/reader' };
  const [account] = ofKind(render({ serviceAccount: { annotations } }), 'ServiceAccount');
  expect(account?.metadata.annotations).toEqual(annotations);
  const { spec } = pod({ serviceAccount: { annotations } });
  expect(spec).toMatchObject({ serviceAccountName: account?.metadata.name, automountServiceAccountToken: true });
});

test('Service and ServiceMonitor lead to the port of the pod', () => {
  const manifests = render({
    metrics: { serviceMonitor: { enabled: true, namespace: 'monitoring', labels: { a: 'b' } } },
  });
  const [service] = ofKind<V1Service>(manifests, 'Service');
  expect(service?.spec).toMatchObject({
    selector: deployment().spec?.selector.matchLabels,
    ports: [{ targetPort: 'http' }],
  });
  const [monitor] = ofKind<Manifest & { spec: unknown }>(manifests, 'ServiceMonitor');
  expect(monitor?.metadata).toMatchObject({ namespace: 'monitoring', labels: { a: 'b' } });
  expect(monitor?.spec).toMatchObject({
    namespaceSelector: { matchNames: ['ops'] },
    selector: { matchLabels: service?.spec?.selector },
    endpoints: [{ port: service?.spec?.ports?.[0]?.name, path: '/metrics' }],
  });
});

const crdFile = path.join(CHART, 'files/crds/secrets-operator.io_awssecrets.yaml');
const KEEP = { 'helm.sh/resource-policy': 'keep' };

test('the definition is rendered as it is generated, but for the annotation that keeps it', () => {
  const generated = parse(readFileSync(crdFile, 'utf8')) as Manifest;
  const crds = (keep: boolean) => ofKind(render({ crds: { keep } }), 'CustomResourceDefinition');
  expect(crds(false)).toEqual([generated]);
  const annotations = { ...generated.metadata.annotations, ...KEEP };
  expect(crds(true)).toEqual([{ ...generated, metadata: { ...generated.metadata, annotations } }]);
});

test('crds.enabled=false renders no definition, for those who install them by other means', () => {
  expect(ofKind(render({ crds: { enabled: false } }), 'CustomResourceDefinition')).toEqual([]);
});

const forms = [
  { metadata: 'metadata:\n  name: a', why: 'the plain form' },
  { metadata: 'metadata:\n  name: a\n  annotations:\n    x: y', why: 'annotations of its own stay' },
  { metadata: 'metadata:\n  annotations:\n    x: "{{ y }}"\n  name: a', why: 'the text is no template' },
];

test.each(forms)('keeps a definition with $metadata ($why)', ({ metadata }) => {
  const chart = copyOfChart();
  const text = `# Generated.\nkind: CustomResourceDefinition\n${metadata}\n`;
  writeFileSync(path.join(chart, 'files/crds/a.yaml'), text);
  const [found] = ofKind(render({}, chart), 'CustomResourceDefinition').filter(crd => crd.metadata.name === 'a');
  expect(found?.metadata.annotations).toEqual({ ...(parse(text) as Manifest).metadata.annotations, ...KEEP });
});

test('a definition that cannot be kept is refused, because an uninstall would delete every AwsSecret', () => {
  const chart = copyOfChart();
  writeFileSync(path.join(chart, 'files/crds/a.yaml'), 'kind: CustomResourceDefinition\nmetadata: {name: a}\n');
  expect(() => render({}, chart)).toThrow(/crds\.keep: files\/crds\/a\.yaml/);
});

const role = { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/reader' } };
const notes = [
  { values: {}, says: ['`regions` is empty', 'no AWS role', 'every Secret of the cluster'], why: 'nothing is set' },
  {
    values: { regions: ['eu-west-1'], serviceAccount: role },
    says: ['every Secret of the cluster'],
    why: 'it is wide',
  },
  { values: { regions: ['eu-west-1'], extraEnv: [env], watchNamespaces: ['shop'] }, says: [], why: 'all is set' },
];

test.each(notes)('the notes for $values warn of $says because $why', ({ values, says }) => {
  const chart = copyOfChart();
  const text = readFileSync(path.join(CHART, 'templates/NOTES.txt'), 'utf8');
  // `helm template` leaves the notes out, so the copy renders them as a value of an object.
  writeFileSync(
    path.join(chart, 'templates/notes.yaml'),
    `{{ define "n" }}${text}{{ end }}\nkind: Notes\ntext: {{ include "n" . | toJson }}\n`,
  );
  const [rendered] = ofKind<{ text: string }>(render(values, chart), 'Notes');
  const warnings = rendered?.text.split('\n').filter(line => /^(WARNING|NOTE):/.test(line)) ?? ['no notes'];
  expect(warnings).toHaveLength(says.length);
  for (const [at, words] of says.entries()) expect(warnings[at]).toContain(words);
});

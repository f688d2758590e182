import path from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { CHART, helm, render } from '../chart/helm.ts';
import { findBinary } from '../support/binaries.ts';
import { runCommand } from '../support/command.ts';
import { createKubeAdmin } from '../support/kube-admin.ts';
import { createKubectl, type Kubectl } from '../support/kubectl.ts';
import { blocks, readPages } from '../support/pages.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const pages = readPages();
const blocksOf = (file: string, language: string) =>
  blocks({ text: pages.find(page => page.file === file)?.text ?? '' }, language);

describe('what the pages show', () => {
  it('the API server accepts every AwsSecret', async () => {
    const kube = createKubeAdmin(inject('kube'));
    const inline = pages
      .flatMap(page => blocks(page, 'sh'))
      .flatMap(block => [...block.matchAll(/<<'YAML'\n([\s\S]*?)^YAML$/gm)].map(([, yaml = '']) => yaml));
    const shown = [...pages.flatMap(page => blocks(page, 'yaml')), ...inline];
    const manifests = shown.flatMap(text => parseAllDocuments(text).map(d => d.toJS())).filter(isAwsSecret);
    expect(manifests.length).toBeGreaterThan(0);
    for (const manifest of manifests) {
      const body = { ...manifest, metadata: { ...manifest.metadata, namespace: 'default' } };
      await kube.create(
        '/apis/secrets-operator.io/v1alpha1/namespaces/default/awssecrets?dryRun=All&fieldValidation=Strict',
        body,
      );
    }
  });

  it('the values of the helm install in the README reach the pod', () => {
    const install = blocksOf('README.md', 'sh').find(block => block.startsWith('helm install'));
    expect(install).toContain('./charts/secrets-operator');
    const keys = [...(install ?? '').matchAll(/--set "([^"]+)"/g)].map(match => match[1] ?? '');
    expect(keys.map(key => key.split('=')[0])).toEqual([
      'image.repository',
      'regions',
      String.raw`serviceAccount.annotations.eks\.amazonaws\.com/role-arn`,
    ]);
    const manifests = render({
      image: { repository: 'r.example/x', tag: '1' },
      regions: ['eu-west-1', 'eu-central-1'],
    });
    expect(JSON.stringify(manifests)).toContain('--regions=eu-west-1,eu-central-1');
  });
});

/**
 * Nothing is changed (the API server is asked to try it only), and what needs pods, which this control plane has none
 * of, has its flags parsed. An unknown verb fails, so that a new one is thought about here.
 */
const SHIM = `
kubectl() {
  case $1 in
    get | describe | events | auth) command kubectl "$@" ;;
    annotate | patch) command kubectl "$@" --dry-run=server ;;
    rollout) [ "$2" = history ] && command kubectl "$@" ;;
    logs) command kubectl "$@" --help >/dev/null ;;
    *) echo "no rule for kubectl $1" >&2; return 1 ;;
  esac
}
`;

describe('the commands of the troubleshooting page', () => {
  const commands = blocksOf('docs/troubleshooting.md', 'sh');
  let kubectl: Kubectl;
  let run: (block: string) => Promise<string>;

  beforeAll(async () => {
    const { kubeconfig } = inject('kube');
    const program = await findBinary('kubectl');
    kubectl = createKubectl(program, kubeconfig);
    const PATH = `${path.dirname(program)}:${process.env['PATH']}`;
    run = block =>
      runCommand(['bash', '-euo', 'pipefail', '-c', SHIM + block], { env: { KUBECONFIG: kubeconfig, PATH } });
    await prepare(kubectl);
  });

  for (const block of commands) {
    it(`runs: ${block.split('\n')[0]}`, async () => {
      await run(block);
    });
  }

  const printed = [
    { of: '.status.sources[*]}{.name}', what: 'prod/payments/db AWSCURRENT eu-west-1 AccessDenied' },
    { of: '.status.rollout.workloads[*]}', what: 'Deployment/payments Failed RestartReverted: taken back' },
    { of: '.metadata.generation} {.status.observedGeneration}', what: '1 1' },
    {
      of: '{.type} {.immutable}',
      what: /^Opaque {2}\[.*"kind":"AwsSecret","name":"payments-db".*\] \{.*"owner".*\}$/m,
    },
    { of: 'kubectl get awss --all-namespaces', what: /Warning +AccessDenied +AwsSecret\/payments-db/ },
    { of: 'kubectl describe awss', what: /^Events:[\s\S]*Warning +AccessDenied .* AWS denies it$/m },
    { of: '{.status.target.name}', what: 'payments-db' },
    { of: '.spec.refreshInterval} {.status.lastChangeTime}', what: '1m 2030-01-01T00:00:00.000Z v1' },
    { of: '.spec.template.spec.containers[0].args', what: '--bind-address=:8080' },
    { of: String.raw`annotations.secrets-operator\.io/content`, what: /^[0-9]+ k\.hash$/m },
    { of: '{.time} {.manager} {.operation}', what: /Z secrets-operator-rollout Update$/m },
    { of: 'kubectl auth can-i', what: 'yes\nyes\nyes\nyes' },
    { of: 'kubectl get lease', what: 'secrets-operator' },
    { of: 'kubectl get deployments --all-namespaces', what: 'secrets-operator' },
  ];

  for (const { of, what } of printed) {
    it(`prints what it is to show: ${of}`, async () => {
      const found = commands.filter(block => block.includes(of));
      expect(found).not.toEqual([]);
      for (const block of found) expect(await run(block)).toMatch(what);
    });
  }

  const planted = [
    { why: 'a resource that is none', command: 'kubectl get awsz --namespace shop' },
    { why: 'an object that is none', command: 'kubectl get awss payments --namespace shop' },
    { why: 'a flag that is none', command: 'kubectl logs deployment/secrets-operator --tial=5' },
    { why: 'a refused change', command: `kubectl patch awss payments-db --namespace shop --patch '{}' --type mrege` },
    {
      why: 'a right that the operator has not',
      command: 'kubectl auth can-i delete nodes --as system:serviceaccount:a:b',
    },
  ];

  for (const { why, command } of planted) {
    it(`a planted mistake fails: ${why}`, async () => {
      await expect(run(command)).rejects.toThrow('ended with 1');
    });
  }
});

/** The objects that the page is about: the chart, and an AwsSecret that is not well. */
async function prepare(kubectl: Kubectl): Promise<void> {
  for (const name of ['secrets-operator', 'shop']) await kubectl.run('create', 'namespace', name);
  const flags = ['--namespace=secrets-operator', '--set=crds.enabled=false', '--kube-version=1.34'];
  const chart = helm('template', 'secrets-operator', CHART, ...flags);
  if (!chart.ok) throw new Error(chart.stderr);
  const objects = parseAllDocuments(chart.stdout).map(document => document.toJS() as { kind?: string } | null);
  await kubectl.apply({ apiVersion: 'v1', kind: 'List', items: objects.filter(object => object !== null) });
  const samples = ['aws-secret-minimal.yaml', 'deployment-env-from.yaml'];
  for (const sample of samples) {
    await kubectl.run('apply', '--namespace', 'shop', '--filename', path.join(ROOT, 'config/samples', sample));
  }
  const { metadata } = await kubectl.json<{ metadata: { uid: string } }>('get', 'awss', 'payments-db', '-n', 'shop');
  const owner = {
    apiVersion: 'secrets-operator.io/v1alpha1',
    kind: 'AwsSecret',
    name: 'payments-db',
    uid: metadata.uid,
  };
  await kubectl.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'payments-db',
      namespace: 'shop',
      labels: { owner: metadata.uid },
      annotations: { 'secrets-operator.io/content': 'k.hash' },
      ownerReferences: [owner],
    },
  });
  const { apiVersion, kind, name, uid } = owner;
  await kubectl.apply({
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: 'payments-db.1', namespace: 'shop' },
    regarding: { apiVersion, kind, name, uid, namespace: 'shop' },
    ...{ type: 'Warning', reason: 'AccessDenied', action: 'Sync', note: 'AWS denies it' },
    ...{ eventTime: new Date().toISOString().replace('Z', '000Z') },
    ...{ reportingController: 'secrets-operator', reportingInstance: 'pod' },
  });
  await kubectl.apply({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'secrets-operator', namespace: 'secrets-operator' },
    spec: { holderIdentity: 'pod' },
  });
  const annotations = { 'restart.secrets-operator.io/payments-db': 'k.hash' };
  const template = JSON.stringify({ spec: { template: { metadata: { annotations } } } });
  const restart = ['--field-manager=secrets-operator-rollout', '--type=merge', `--patch=${template}`];
  await kubectl.run('patch', 'deployment/payments', '--namespace=shop', ...restart);
  const status = {
    observedGeneration: 1,
    lastChangeTime: '2030-01-01T00:00:00.000Z',
    target: { name: 'payments-db' },
    sources: [
      { name: 'prod/payments/db', stage: 'AWSCURRENT', region: 'eu-west-1', versionId: 'v1', reason: 'AccessDenied' },
    ],
    rollout: {
      workloads: [
        { kind: 'Deployment', name: 'payments', state: 'Failed', reason: 'RestartReverted', message: 'taken back' },
      ],
    },
  };
  const patch = ['--subresource=status', '--type=merge', `--patch=${JSON.stringify({ status })}`];
  await kubectl.run('patch', 'awss/payments-db', '--namespace=shop', ...patch);
}

function isAwsSecret(manifest: { readonly kind?: string } | null): manifest is { kind: string; metadata: object } {
  return manifest?.kind === 'AwsSecret';
}

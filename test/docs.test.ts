import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { AWS_ERRORS } from '../src/aws/classify.ts';
import { parseConfig } from '../src/config.ts';
import { systemClock } from '../src/controller/runtime/system-clock.ts';
import { CONDITION_TYPES } from '../src/crds/conditions.ts';
import { awsSecretManifest } from '../src/crds/manifest.ts';
import { REASONS } from '../src/crds/reasons.ts';
import { WORKLOAD_SOURCES } from '../src/kube/workloads/kinds.ts';
import { createMetrics } from '../src/telemetry/metrics.ts';
import { blocks, brokenLinks, camelWords, type Page, readPages } from './support/pages.ts';

const ROOT = path.join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const exists = (file: string): boolean => existsSync(path.join(ROOT, file));
const pages = readPages();
const page = (file: string): Page => ({ file, text: read(file) });

test('every make target that they name exists', () => {
  const targets = new Set([...read('Makefile').matchAll(/^([a-z0-9]+):/gm)].map(([, target = '']) => target));
  const shown = pages.flatMap(({ text }) => [...text.matchAll(/(?:`|^)make ([a-z0-9]+)\b/gm)]);
  const named = new Set(shown.map(([, target = '']) => target));
  expect([...named].filter(target => !targets.has(target))).toEqual([]);
  expect(named.size).toBeGreaterThan(5);
});

test('every relative link leads somewhere, also to its heading', () => {
  expect(brokenLinks(pages, exists)).toEqual([]);
});

const planted = [
  { text: '[a](gone.md)', broken: ['docs/a.md: gone.md'], why: 'no such file' },
  { text: '[a](b.md#gone)', broken: ['docs/a.md: b.md#gone'], why: 'no such heading there' },
  { text: '[a](#gone)', broken: ['docs/a.md: #gone'], why: 'no such heading here' },
  { text: '```sh\n# gone\n```\n[a](#gone)', broken: ['docs/a.md: #gone'], why: 'a comment in a block is no heading' },
  { text: '# Here\n[a](b.md#there) [b](#here) [c](https://x/y#z)', broken: [], why: 'all of these are good' },
];

for (const { text, broken, why } of planted) {
  test(`a planted link: ${why}`, () => {
    const other = { file: 'docs/b.md', text: '## There' };
    expect(brokenLinks([{ file: 'docs/a.md', text }, other], () => false)).toEqual(broken);
  });
}

test('the settings are those of the operator', () => {
  const help = parseConfig(['--help'], {});
  const flags = [...(help.kind === 'help' ? help.text : '').matchAll(/^ {2}--([a-z-]+)$/gm)].map(([, flag]) => flag);
  const documented = [...read('README.md').matchAll(/^\| `--([a-z-]+)` \|/gm)].map(([, flag]) => flag);
  expect(documented.sort()).toEqual(flags.sort());
});

test('troubleshooting names every reason that somebody can do something about', () => {
  const { text } = page('docs/troubleshooting.md');
  const mendable = Object.entries(REASONS).filter(([, { remedy }]) => remedy !== 'Nothing to do.');
  expect(mendable.map(([reason]) => reason).filter(reason => !text.includes(`\`${reason}\``))).toEqual([]);
  expect(mendable.length).toBeGreaterThan(20);
});

test('every word that looks like a reason is one, or another name of ours, of Kubernetes or of AWS', () => {
  const choices: string[] = [];
  JSON.parse(JSON.stringify(awsSecretManifest()), (name, value) => {
    if (name === 'enum') choices.push(...(value as readonly string[]));
    return value;
  });
  const kinds = [...Object.keys(WORKLOAD_SOURCES), 'ReplicaSet', 'ClusterRole', 'ServiceAccount', 'ServiceMonitor'];
  const planned = ['AwsSecretPolicy', 'AwsManagedSecret', 'ClusterAwsSecret'];
  const ofOthers = [
    ...[
      'CrashLoopBackOff',
      'ContainerCreating',
      'CreateContainerConfigError',
      'ImagePullBackOff',
      'PodDisruptionBudget',
      'NetworkPolicy',
    ],
    ...['VersionMoved', 'EndlessPages', 'NothingTold'],
    ...['BatchGetSecretValue', 'ListSecrets', 'GetParameters', 'GetParametersByPath'],
    ...['SecretString', 'SecretBinary', 'GetSecretValue', 'DescribeSecret', 'AssumeRole', 'AssumeRoleWithWebIdentity'],
    'IfNotPresent',
  ];
  const known = new Set<string>([
    ...Object.keys(REASONS),
    ...CONDITION_TYPES,
    ...choices,
    ...kinds,
    ...planned,
    ...ofOthers,
    ...AWS_ERRORS.flatMap(({ codes }) => codes),
    'AwsSecret',
  ]);
  const user = pages.filter(({ file }) => !/^(docs\/decisions|docs\/comparison|bench|test)/.test(file));
  const strange = user.flatMap(of =>
    camelWords(of)
      .filter(word => !known.has(word))
      .map(word => `${of.file}: ${word}`),
  );
  expect(strange).toEqual([]);
  expect(camelWords({ file: 'planted.md', text: 'see `SecretNotFund`' }).every(word => known.has(word))).toBe(false);
});

/** By the client that a source imports. */
const IAM_PREFIXES = { '@aws-sdk/client-secrets-manager': 'secretsmanager', '@aws-sdk/client-ssm': 'ssm' } as const;

test('the IAM policies allow the calls that the operator makes, and no other', () => {
  const sources = readdirSync(path.join(ROOT, 'src/aws'), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map(file => read(`src/aws/${file}`));
  const calls = Object.entries(IAM_PREFIXES).flatMap(([client, prefix]) => {
    const made = sources.filter(text => text.includes(`'${client}'`)).join('');
    return [...new Set([...made.matchAll(/new (\w+)Command\(/g)].map(([, call]) => `${prefix}:${call}`))];
  });
  const policy = JSON.parse(read('config/iam/read-policy.json')) as { Statement: { Action: string[] }[] };
  expect(policy.Statement.flatMap(statement => statement.Action).sort()).toEqual(calls.sort());
});

test('what the first change in CONTRIBUTING points at is there', () => {
  const { text } = page('CONTRIBUTING.md');
  expect(text).toContain('`SECRET_TYPES`');
  expect(read('src/crds/aws-secret.ts')).toContain('export const SECRET_TYPES = [');
  const tests = read('test/generate.test.ts') + read('src/controller/aws-secret/secret/render.test.ts');
  const failing = [...text.matchAll(/^ × (.*)$/gm)].map(([, name = '']) => name);
  expect(failing).toHaveLength(2);
  for (const name of failing) expect(tests).toContain(`test('${name}'`);
});

test('every metric of ours that they name is one', () => {
  const metrics = createMetrics(systemClock).registry.getMetricsAsArray();
  const names = new Set(metrics.flatMap(({ name }) => [name, `${name}_bucket`, `${name}_count`, `${name}_sum`]));
  const named = pages.flatMap(({ text }) => text.match(/\bsecrets_operator_[a-z_]*[a-z]\b/g) ?? []);
  expect([...new Set(named)].filter(name => !names.has(name))).toEqual([]);
  expect(new Set(named).size).toBeGreaterThan(10);
});

test('no page shows a path of somebody’s machine', () => {
  const own = /(?<![\w.~])\/(?:root|home|work|Users)\//;
  expect(pages.filter(({ text }) => own.test(text)).map(({ file }) => file)).toEqual([]);
});

test('the shell blocks of the troubleshooting page name what the README names', () => {
  const shown = blocks(page('docs/troubleshooting.md'), 'sh').join('\n');
  for (const name of ['awss payments-db', 'deployment payments', '--namespace shop']) expect(shown).toContain(name);
});

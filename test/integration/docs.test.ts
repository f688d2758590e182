import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { parseConfig } from '../../src/config.ts';
import { REASONS } from '../../src/crds/conditions.ts';
import { render } from '../chart/helm.ts';
import { createKubeAdmin } from '../support/kube-admin.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const read = (file: string): Promise<string> => readFile(path.join(ROOT, file), 'utf8');
const pages = ['README.md', 'CONTRIBUTING.md', 'docs/concepts.md', 'docs/iam.md', 'charts/secrets-operator/README.md'];
const text = await Promise.all(pages.map(read));
const all = text.join('\n');

/** Fenced blocks of a language. */
function blocks(markdown: string, language: string): readonly string[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].flatMap(([, lang, body]) =>
    lang === language ? [body ?? ''] : [],
  );
}

describe('what the pages say is so', () => {
  const kube = createKubeAdmin(inject('kube'));

  it('every make target that they name exists', async () => {
    const makefile = await read('Makefile');
    const named = new Set([...all.matchAll(/\bmake ([a-z0-9]+)\b/g)].map(match => match[1] ?? ''));
    const targets = new Set([...makefile.matchAll(/^([a-z0-9]+):/gm)].map(match => match[1] ?? ''));
    const prose = new Set(['the', 'sure', 'it', 'a', 'an', 'this', 'one', 'nobody']);
    expect([...named].filter(name => !targets.has(name) && !prose.has(name))).toEqual([]);
    expect(named.size).toBeGreaterThan(5);
  });

  it('the API server accepts every AwsSecret that they show', async () => {
    const inline = blocks(all, 'sh').flatMap(block =>
      [...block.matchAll(/<<'YAML'\n([\s\S]*?)^YAML$/gm)].map(m => m[1] ?? ''),
    );
    const documents = [...blocks(all, 'yaml'), ...inline].flatMap(block => parseAllDocuments(block).map(d => d.toJS()));
    const manifests = documents.filter(d => d?.kind === 'AwsSecret');
    expect(manifests.length).toBeGreaterThan(0);
    for (const manifest of manifests) {
      const body = { ...manifest, metadata: { ...manifest.metadata, namespace: 'default' } };
      await kube.create(
        '/apis/secrets-operator.io/v1alpha1/namespaces/default/awssecrets?dryRun=All&fieldValidation=Strict',
        body,
      );
    }
  });

  it('the settings are those of the operator, with their defaults', () => {
    const help = parseConfig(['--help'], {});
    const flags = [...(help.kind === 'help' ? help.text : '').matchAll(/^ {2}--([a-z-]+)$/gm)].map(match => match[1]);
    const documented = [...(text[0] ?? '').matchAll(/^\| `--([a-z-]+)` \|/gm)].map(match => match[1]);
    expect(documented.sort()).toEqual(flags.sort());
  });

  it('the reasons are those of the code, in its words', () => {
    const rows = [...(text[2] ?? '').matchAll(/^\| `(\w+)` \| (?:wait|mend|stop|–) \| (.*) \|$/gm)];
    expect(Object.fromEntries(rows.map(([, reason, meaning]) => [reason, meaning]))).toEqual(REASONS);
  });

  it('the IAM policies allow the calls that the operator makes, and no other', async () => {
    const calls = new Set<string>();
    for (const file of await readdir(path.join(ROOT, 'src/aws'))) {
      if (file.endsWith('.test.ts')) continue;
      for (const match of (await read(`src/aws/${file}`)).matchAll(/new (\w+)Command\(/g))
        calls.add(`secretsmanager:${match[1]}`);
    }
    const policy = JSON.parse(await read('config/iam/read-policy.json')) as { Statement: { Action: string[] }[] };
    expect(policy.Statement.flatMap(statement => statement.Action).sort()).toEqual([...calls].sort());
  });

  it('the values of the helm install in the README reach the pod', () => {
    const install = blocks(text[0] ?? '', 'sh').find(block => block.startsWith('helm install'));
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

  it('every relative link leads somewhere', async () => {
    for (const [index, page] of pages.entries()) {
      const links = [...(text[index] ?? '').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(match => match[1] ?? '');
      for (const link of links) {
        const target = path.join(ROOT, path.dirname(page), link);
        await expect(
          readFile(target).catch(error => (error.code === 'EISDIR' ? '' : Promise.reject(error))),
          `${page}: ${link}`,
        ).resolves.toBeDefined();
      }
    }
  });
});

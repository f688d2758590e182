/** Writes every generated file, and the tables in pages written by hand, from their one source. `--check` writes nothing and fails when a file is not current. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { stringify } from 'yaml';
import { withCostTables } from './src/aws/reference/cost.ts';
import { awsErrorsReference } from './src/aws/reference/errors.ts';
import { systemClock } from './src/controller/runtime/system-clock.ts';
import { awsSecretManifest } from './src/crds/manifest.ts';
import { awsSecretReference } from './src/crds/reference/page.ts';
import { withReasonTables } from './src/crds/reference/reason-tables.ts';
import { createMetrics } from './src/telemetry/metrics.ts';
import { metricsReference } from './src/telemetry/reference.ts';
import { reliabilityPage } from './test/reliability/page.ts';
import { INTRO, SECTIONS } from './test/reliability/table.ts';

const yaml = (manifest: object): string =>
  `# Generated from src/crds by \`make generate\`. Do not edit.\n${stringify(manifest, { lineWidth: 120, aliasDuplicateObjects: false })}`;
const page = (source: string, markdown: string): string =>
  `<!-- Generated from ${source} by \`make generate\`. Do not edit. -->\n\n${markdown}`;

const COST = 'docs/cost.md';
const TROUBLESHOOTING = 'docs/troubleshooting.md';
const read = (file: string): Promise<string> => readFile(path.join(import.meta.dirname, file), 'utf8');

const files: Readonly<Record<string, string>> = {
  'charts/secrets-operator/files/crds/secrets-operator.io_awssecrets.yaml': yaml(awsSecretManifest()),
  'docs/reference/aws-errors.md': page('src/aws/classify.ts', awsErrorsReference()),
  'docs/reference/aws-secret.md': page('src/crds', awsSecretReference()),
  'docs/reference/metrics.md': page('src/telemetry/metrics.ts', metricsReference(createMetrics(systemClock).registry)),
  'docs/reliability.md': page('test/reliability', reliabilityPage(INTRO, SECTIONS)),
  [COST]: withCostTables(await read(COST)),
  [TROUBLESHOOTING]: withReasonTables(await read(TROUBLESHOOTING)),
};

const stale: string[] = [];
for (const [file, text] of Object.entries(files)) {
  const target = path.join(import.meta.dirname, file);
  if ((await readFile(target, 'utf8').catch(() => '')) === text) continue;
  stale.push(file);
  if (process.argv.includes('--check')) continue;
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, text);
}
if (process.argv.includes('--check') && stale.length > 0) {
  process.stderr.write(`not current, run \`make generate\`: ${stale.join(', ')}\n`);
  process.exitCode = 1;
}

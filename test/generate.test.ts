import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { runCommand } from './support/command.ts';

const ROOT = path.join(import.meta.dirname, '..');
const CRD = 'charts/secrets-operator/files/crds/secrets-operator.io_awssecrets.yaml';
const AWS_SECRET = 'docs/reference/aws-secret.md';
const AWS_ERRORS = 'docs/reference/aws-errors.md';
const METRICS = 'docs/reference/metrics.md';
const RELIABILITY = 'docs/reliability.md';
const GENERATED = [CRD, AWS_ERRORS, AWS_SECRET, METRICS, RELIABILITY];
/** Written by hand, but for their tables. */
const COST = 'docs/cost.md';
const TROUBLESHOOTING = 'docs/troubleshooting.md';
const BY_HAND = [COST, TROUBLESHOOTING];
const CHECKED = [...GENERATED, ...BY_HAND];

/** A copy of what the generator reads and writes, to plant defects in. */
let copy = '';
/** What the sources give, whatever is committed: a change without its files must fail one test, not all of them. */
let current: ReadonlyMap<string, string>;
beforeAll(async () => {
  copy = await mkdtemp(path.join(tmpdir(), 'so-generate-'));
  for (const part of ['generate.ts', 'package.json', 'src', 'test/reliability', ...BY_HAND])
    await cp(path.join(ROOT, part), path.join(copy, part), { recursive: true });
  await symlink(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
  await generate();
  current = new Map(
    await Promise.all(CHECKED.map(async file => [file, await readFile(path.join(copy, file), 'utf8')] as const)),
  );
});
beforeEach(async () => {
  for (const part of ['src', 'test/reliability'])
    await cp(path.join(ROOT, part), path.join(copy, part), { recursive: true });
  for (const [file, text] of current) await writeFile(path.join(copy, file), text);
});
afterAll(async () => {
  await rm(copy, { recursive: true });
});

const generate = (...flags: readonly string[]) =>
  runCommand([process.execPath, path.join(copy, 'generate.ts'), ...flags]);

/** The files that `--check` names as not current. */
const staleFiles = async (): Promise<readonly string[]> => {
  const complaint = await generate('--check').then(
    () => '',
    (error: Error) => error.message,
  );
  return (/not current, run `make generate`: (.*)$/.exec(complaint)?.[1] ?? '').split(', ').filter(file => file !== '');
};

/** Replaces text of a file in the copy, and fails when it is not there: a defect that is not planted proves nothing. */
async function plant(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(path.join(copy, file), 'utf8');
  expect(text).toContain(from);
  await writeFile(path.join(copy, file), text.replace(from, to));
}

/** Each test starts Node up to four times, on a machine that may be busy. */
const PATIENCE = { timeout: 60_000 };

test('the committed files are what the sources give', PATIENCE, async () => {
  for (const file of CHECKED) await cp(path.join(ROOT, file), path.join(copy, file));
  await generate('--check');
});

const byHand = [
  { file: CRD, from: 'maxItems: 256', to: 'maxItems: 257' },
  { file: AWS_SECRET, from: 'AWS has no secret', to: 'AWS has one secret' },
  { file: AWS_ERRORS, from: '| yes | yes |', to: '| no | yes |' },
  { file: METRICS, from: 'counter', to: 'gauge' },
  { file: RELIABILITY, from: 'It is not touched', to: 'It is overwritten' },
  { file: COST, from: '| Eventual, 1m |', to: '| Eventual, 2m |' },
  { file: TROUBLESHOOTING, from: 'AWS has no secret', to: 'AWS has one secret' },
];

for (const { file, from, to } of byHand) {
  test(`an edit by hand of ${file} is seen, and named`, PATIENCE, async () => {
    await plant(file, from, to);
    expect(await staleFiles()).toEqual([file]);
  });
}

const changed = [
  {
    why: 'a bound of a schema',
    file: 'src/crds/aws-secret.ts',
    from: '.max(256)',
    to: '.max(255)',
    in: [CRD, AWS_SECRET],
  },
  {
    why: 'a reason',
    file: 'src/crds/reasons.ts',
    from: 'The JSON object has no',
    to: 'There is no',
    in: [AWS_SECRET, TROUBLESHOOTING],
  },
  {
    why: 'what an error of AWS means',
    file: 'src/aws/classify.ts',
    from: 'isElsewhere: true, isTransient: true',
    to: 'isElsewhere: false, isTransient: true',
    in: [AWS_ERRORS],
  },
  { why: 'a price', file: 'src/aws/planner/prices.ts', from: '0.05 / 10_000', to: '0.06 / 10_000', in: [COST] },
  { why: 'a name', file: 'src/crds/names.ts', from: '}/owner`', to: '}/owned-by`', in: [AWS_SECRET] },
  { why: 'a metric', file: 'src/telemetry/metrics.ts', from: 'Objects added.', to: 'Objects.', in: [METRICS] },
  {
    why: 'a promise',
    file: 'test/reliability/sections/others.ts',
    from: 'It is restarted once.',
    to: 'It is restarted.',
    in: [RELIABILITY],
  },
];

for (const { why, file, from, to, in: stale } of changed) {
  test(`${why} that changed without its pages is seen, and generating mends it`, PATIENCE, async () => {
    await plant(file, from, to);
    expect(await staleFiles()).toEqual(stale);
    await generate();
    expect(await staleFiles()).toEqual([]);
  });
}

test('a file that is missing is seen, and written', PATIENCE, async () => {
  await rm(path.join(copy, AWS_SECRET));
  expect(await staleFiles()).toEqual([AWS_SECRET]);
  await generate();
  expect(await readFile(path.join(copy, AWS_SECRET), 'utf8')).toBe(current.get(AWS_SECRET));
});

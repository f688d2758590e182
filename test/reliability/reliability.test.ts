import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { systemClock } from '../../src/controller/runtime/system-clock.ts';
import { awsSecretStatusSchema } from '../../src/crds/aws-secret.ts';
import { CONDITION_TYPES } from '../../src/crds/conditions.ts';
import { REASONS } from '../../src/crds/reasons.ts';
import { WORKLOAD_SOURCES } from '../../src/kube/workloads/kinds.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { defectsOf, type Facts } from './defects.ts';
import { scenarioNamesOf } from './scenario-names.ts';
import type { Row } from './section.ts';
import { SECTIONS } from './table.ts';
import { titlesOf } from './titles.ts';

const ROOT = path.join(import.meta.dirname, '../..');

function names(): ReadonlySet<string> {
  const help = parseConfig(['--help'], {});
  const flags = (help.kind === 'help' ? help.text : '').match(/^ {2}--[a-z-]+$/gm) ?? [];
  return new Set([
    ...Object.keys(REASONS),
    ...CONDITION_TYPES,
    ...['True', 'False', 'Unknown'],
    ...awsSecretStatusSchema.shape.rollout.unwrap().shape.workloads.unwrap().element.shape.state.options,
    ...Object.keys(WORKLOAD_SOURCES),
    ...createMetrics(systemClock)
      .registry.getMetricsAsArray()
      .map(({ name }) => name),
    ...flags.map(flag => flag.trim()),
  ]);
}

const read = new Map<string, (name: string) => boolean>();
const facts: Facts = {
  names: names(),
  shows(file) {
    const target = path.join(ROOT, file);
    if (!read.has(file) && existsSync(target)) read.set(file, namesIn(file, readFileSync(target, 'utf8')));
    return read.get(file);
  },
};

/** Test files hold tests; scenarios are played by a test of their own room. */
function namesIn(file: string, text: string): (name: string) => boolean {
  if (!file.endsWith('.test.ts')) return name => scenarioNamesOf(text).includes(name);
  const titles = titlesOf(text);
  return name => titles.some(title => title.test(name));
}

test('every promise has its tests, or says why it has none; every name is one', () => {
  expect(defectsOf(SECTIONS, facts)).toEqual([]);
});

test('the guard has something to guard', () => {
  const rows = SECTIONS.flatMap(section => section.rows);
  expect(rows.length).toBeGreaterThan(50);
  expect(rows.filter(row => row.tests !== undefined).length).toBeGreaterThan(rows.length * 0.8);
});

const row: Row = {
  fault: 'A fault',
  promise: 'Nothing is lost.',
  see: '`Ready` is `False` with `SecretNotFound`; `workqueue_depth`; `--max-staleness`; `secrets-operator-key`',
  tests: { 'here.test.ts': ['is kept'] },
};
const { tests: _, ...unshown } = row;
const planted: readonly { readonly why: string; readonly rows: readonly Row[]; readonly says: readonly string[] }[] = [
  { why: 'nothing', rows: [row], says: [] },
  { why: 'a reason in place of a test', rows: [{ ...unshown, untested: 'it cannot be had' }], says: [] },
  { why: 'a value behind the name of a flag', rows: [{ ...row, see: '`--log-level=debug`' }], says: [] },
  {
    why: 'a file that is not there',
    rows: [{ ...row, tests: { 'gone.test.ts': ['is kept'] } }],
    says: ['"A fault" names gone.test.ts, which is not there'],
  },
  {
    why: 'a test that was renamed',
    rows: [{ ...row, tests: { 'here.test.ts': ['is kept', 'was kept'] } }],
    says: ['"A fault" names "was kept", which is no test in here.test.ts'],
  },
  { why: 'no test and no reason', rows: [unshown], says: ['"A fault" has no test'] },
  {
    why: 'an empty list of tests',
    rows: [{ ...row, tests: { 'here.test.ts': [] } }],
    says: ['"A fault" has no test'],
  },
  {
    why: 'a reason that is none',
    rows: [{ ...row, see: '`SecretNotFund`' }],
    says: ['"A fault" names `SecretNotFund`'],
  },
  { why: 'a condition that is none', rows: [{ ...row, promise: '`Staled`' }], says: ['"A fault" names `Staled`'] },
  { why: 'a metric that is none', rows: [{ ...row, see: '`queue_depth`' }], says: ['"A fault" names `queue_depth`'] },
  { why: 'a flag that is none', rows: [{ ...row, see: '`--max-age=1`' }], says: ['"A fault" names `--max-age`'] },
  { why: 'one fault with two promises', rows: [row, row], says: ['"A fault" is there twice'] },
];

for (const { why, rows, says } of planted) {
  test(`planted: ${why} → ${says.length === 0 ? 'accepted' : 'caught'}`, () => {
    const shows = (file: string) => (file === 'here.test.ts' ? (name: string) => name === 'is kept' : undefined);
    const found = defectsOf([{ title: 'A section', intro: '', rows }], { ...facts, shows });
    expect(found).toEqual(says.map(text => expect.stringContaining(text)));
  });
}

test('planted: a strange name above a table is caught too', () => {
  const [found] = defectsOf([{ title: 'A section', intro: '`SecretNotFund`', rows: [] }], facts);
  expect(found).toContain('"A section" names `SecretNotFund`');
});

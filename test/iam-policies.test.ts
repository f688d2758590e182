import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { CLUSTER_TAG, NAMESPACE_TAG } from '../src/aws/identity/session-tags.ts';

const ROOT = path.join(import.meta.dirname, '..');
const FOLDER = path.join(ROOT, 'config/iam');
const PLACEHOLDERS = [
  ...['ACCOUNT_ID', 'OIDC_PROVIDER', 'PRIMARY_REGION', 'SECONDARY_REGION', 'SECRET_PREFIX', 'NAMESPACE'],
  ...['PRIMARY_KEY_ID', 'SECONDARY_KEY_ID', 'SERVICE_ACCOUNT', 'SOURCE_ROLE', 'TARGET_ACCOUNT_ID', 'TARGET_ROLE'],
];

interface Policy {
  readonly Version: string;
  readonly Statement: readonly { readonly Effect: string; readonly Action: string | readonly string[] }[];
}

const files = readdirSync(FOLDER);
const read = (file: string): string => readFileSync(path.join(FOLDER, file), 'utf8');
const guide = readFileSync(path.join(ROOT, 'docs/iam.md'), 'utf8');

test.each(files)('%s is a policy that allows named actions alone, and the guide says what it is for', file => {
  const { Version, Statement } = JSON.parse(read(file)) as Policy;
  expect(Version).toBe('2012-10-17');
  for (const { Effect, Action } of Statement) {
    expect(Effect).toBe('Allow');
    expect([Action].flat().filter(action => !/^[a-z]+:[A-Z][A-Za-z]+$/.test(action))).toEqual([]);
  }
  if (!['read-policy.json', 'trust-policy.json'].includes(file)) expect(guide).toContain(`config/iam/${file})`);
});

test.each(files)('%s has no placeholder that nobody fills', file => {
  const found = new Set(read(file).match(/\b[A-Z]+(_[A-Z]+)+\b|\bNAMESPACE\b/g));
  expect([...found].filter(word => !PLACEHOLDERS.includes(word))).toEqual([]);
});

test('the tags that they look at are those that the operator sets', () => {
  const named = files.flatMap(file => [...read(file).matchAll(/Tag\/(secrets-operator\/\w+)/g)].map(([, tag]) => tag));
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter(tag => tag !== NAMESPACE_TAG && tag !== CLUSTER_TAG)).toEqual([]);
  for (const tag of [NAMESPACE_TAG, CLUSTER_TAG]) expect(guide).toContain(`\`${tag}\``);
});

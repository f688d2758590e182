import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCertificateAuthority } from '../../../test/support/certificates.ts';
import { readCaBundle } from './ca-bundle.ts';

const [one, other] = ['One', 'Other'].map(name => createCertificateAuthority(name).cert.trim());
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'so-ca-'));
});
afterAll(() => rm(directory, { recursive: true }));

const write = async (text: string): Promise<string> => {
  const file = path.join(directory, 'bundle.pem');
  await writeFile(file, text);
  return file;
};

const good = [
  { why: 'one certificate', text: `${one}`, is: [one] },
  { why: 'several, with words between them', text: `# One\n${one}\n\nOther:\n${other}\n`, is: [one, other] },
];

test.each(good)('read: $why', async ({ text, is }) => {
  expect(readCaBundle(await write(text))).toEqual(is);
});

const bad = [
  { why: 'nothing', text: '' },
  { why: 'no PEM', text: 'hunter2' },
  { why: 'a certificate that is cut off', text: one?.slice(0, 200) ?? '' },
  { why: 'one of two is broken', text: `${one}\n${other?.replace(/\n.{64}\n/, '\nhunter2\n')}` },
];

test.each(bad)('refused with the name of the file alone: $why', async ({ text }) => {
  const file = await write(text);
  expect(() => readCaBundle(file)).toThrow(`the CA bundle ${file} holds no certificates in PEM, or a broken one`);
});

test('a file that is not there is told, with the setting that names it', () => {
  expect(() => readCaBundle('/nowhere/ca.pem')).toThrow(
    'the CA bundle /nowhere/ca.pem cannot be read (ENOENT); mount it, or correct --aws-ca-bundle',
  );
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { damaged, hostileJson, hostileText } from '../../../test/support/hostile.ts';
import { fromKubeconfig } from './kubeconfig.ts';

const CANARY = 'hunter2';
const sound = {
  ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'main' },
  clusters: [{ name: 'lab', cluster: { server: 'https://127.0.0.1:6443/', 'insecure-skip-tls-verify': true } }],
  users: [{ name: 'me', user: { token: CANARY, username: 'me', password: CANARY } }],
  contexts: [{ name: 'main', context: { cluster: 'lab', user: 'me', namespace: 'shop' } }],
};
const text = JSON.stringify(sound, undefined, 1);
const cut = fc.record({ at: fc.nat(text.length), remove: fc.nat(3), insert: hostileText });
const file = fc.oneof(
  damaged(sound).map(config => JSON.stringify(config) ?? ''),
  hostileJson.map(config => JSON.stringify(config) ?? ''),
  cut.map(({ at, remove, insert }) => text.slice(0, at) + insert + text.slice(at + remove)),
  hostileText.map(text => `token: "${CANARY}\n${text}`),
  fc.uint8Array({ maxLength: 40 }),
);

test('whatever the kubeconfig, it names a server, or the mistake is told without a word of it', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'kubeconfig-'));
  const before = process.env['KUBECONFIG'];
  const name = path.join(folder, 'config');
  process.env['KUBECONFIG'] = name;
  onTestFinished(async () => {
    if (before === undefined) delete process.env['KUBECONFIG'];
    else process.env['KUBECONFIG'] = before;
    await rm(folder, { recursive: true });
  });
  await fc.assert(
    fc.asyncProperty(file, async content => {
      await writeFile(name, content);
      const found = attempt();
      if (found instanceof Error) {
        expect(found.message).toMatch(/kubeconfig|KUBECONFIG/);
        expect(found.message).not.toContain(CANARY);
      } else {
        expect(new URL(found.server).protocol).toMatch(/^https?:$/);
        expect([typeof found.namespace, found.namespace === '']).toEqual(['string', false]);
      }
    }),
    { numRuns: 150 },
  );
});

function attempt() {
  try {
    return fromKubeconfig(() => 0);
  } catch (error) {
    return error instanceof Error ? error : new Error('no error was thrown');
  }
}

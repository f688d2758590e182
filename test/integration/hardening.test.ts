import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { until } from '../support/poll.ts';
import { type BundleOptions, startBundle } from './bundle.ts';

const WAIT = { timeoutMs: 20_000 } as const;
const operator: BundleOptions = {
  env: {
    KUBECONFIG: inject('kube').kubeconfig,
    SECRETS_OPERATOR_BIND_ADDRESS: '127.0.0.1:0',
    SECRETS_OPERATOR_WATCH_NAMESPACES: 'default',
  },
};
/** Node without our code: it shows that a test would see what it says is not there. */
const bare: BundleOptions = { env: {}, nodeFlags: [], script: ['-e', 'console.log("up"); setInterval(() => {}, 1e6)'] };

async function start(options: BundleOptions) {
  const bundle = startBundle(options);
  await (options.script === undefined ? bundle.expectOutput('"msg":"ready"') : bundle.expectOutput('up'));
  return bundle;
}

const coredumpFilter = async (pid: number): Promise<string> =>
  (await readFile(`/proc/${pid}/coredump_filter`, 'utf8')).trim();

/** Number of TCP sockets on which a process listens. */
async function listening(pid: number): Promise<number> {
  const tables = await Promise.all(['tcp', 'tcp6'].map(file => readFile(`/proc/${pid}/net/${file}`, 'utf8')));
  const rows = tables.flatMap(table => table.split('\n').map(line => line.trim().split(/\s+/)));
  const inodes = new Set(rows.filter(row => row[3] === '0A').map(row => `socket:[${row[9]}]`));
  const descriptors = await readdir(`/proc/${pid}/fd`);
  const targets = await Promise.all(descriptors.map(fd => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  return targets.filter(target => inodes.has(target)).length;
}

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'so-report-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

test('a core dump of the operator holds no memory; one of another process would', async () => {
  const [ours, other] = await Promise.all([start(operator), start(bare)]);
  expect(await coredumpFilter(ours.pid)).toBe('00000000');
  expect(await coredumpFilter(other.pid)).not.toBe('00000000');
});

const signalled = [
  { why: 'as the image starts it', options: operator },
  { why: 'without --disable-sigusr1, as somebody starts it by hand', options: { ...operator, nodeFlags: [] } },
];

for (const { why, options } of signalled) {
  test(`SIGUSR1 opens no inspector: ${why}`, async () => {
    const bundle = await start(options);
    expect(await listening(bundle.pid), 'telemetry').toBe(1);
    bundle.child.kill('SIGUSR1');
    // Signals are handled in order: when this one has ended the process, the other was handled.
    const url = await bundle.url();
    for (let i = 0; i < 3; i += 1) expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect(await listening(bundle.pid)).toBe(1);
    bundle.child.kill('SIGTERM');
    expect(await bundle.exited).toEqual([0, null]);
    expect(bundle.output()).not.toMatch(/debugger|inspector/i);
  });
}

test('a process that is not hardened opens one, and the tests see it', async () => {
  const bundle = await start({ ...bare, nodeFlags: ['--inspect-port=0'] });
  expect(await listening(bundle.pid)).toBe(0);
  bundle.child.kill('SIGUSR1');
  await until('the inspector listens', WAIT, async () => (await listening(bundle.pid)) === 1);
});

const refused = [
  { options: '--inspect=0', says: '--inspect' },
  { options: '--no-warnings --heapsnapshot-signal=SIGUSR2', says: '--heapsnapshot-signal' },
];

for (const { options, says } of refused) {
  test(`does not start with NODE_OPTIONS=${options}, and says why`, async () => {
    const bundle = startBundle({ ...operator, env: { ...operator.env, NODE_OPTIONS: options } });
    expect(await bundle.exited).toEqual([2, null]);
    expect(bundle.output()).toContain(`Node's flag ${says} shows the values of secrets`);
    expect(bundle.output()).not.toContain('starting');
  });
}

test('writes no diagnostic report, even when it is told to by a flag', async () => {
  for (const options of [operator, bare]) {
    const folder = await emptyFolder();
    const flags = `--report-on-signal --report-signal=SIGUSR2 --report-dir=${folder}`;
    const bundle = await start({ ...options, env: { ...options.env, NODE_OPTIONS: flags } });
    bundle.child.kill('SIGUSR2');
    if (options === bare) await until('a report', WAIT, async () => (await readdir(folder)).length === 1);
    else {
      expect(await bundle.exited).toEqual([null, 'SIGUSR2']);
      expect(await readdir(folder)).toEqual([]);
    }
  }
});

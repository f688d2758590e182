import { closeSync, constants, openSync, readSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { createAwsAdmin } from '../support/aws-admin.ts';
import { runCommand } from '../support/command.ts';
import { createKubeAdmin } from '../support/kube-admin.ts';
import { until } from '../support/poll.ts';
import { freePort } from '../support/port.ts';
import { startBundle } from './bundle.ts';
import { type Objects, objectsIn } from './objects.ts';

const NAMESPACE = 'log-output';
const REGION = 'eu-west-1';
const WAIT = { timeoutMs: 20_000 } as const;
/** What a pipe of Linux holds. */
const PIPE_BYTES = 65_536;
const { O_RDONLY, O_RDWR, O_WRONLY, O_NONBLOCK } = constants;

/** The operator keeps Secrets, whatever becomes of what it says. */
describe('the output of the operator', () => {
  const kube = createKubeAdmin(inject('kube'));
  const aws = createAwsAdmin(inject('moto')[REGION], REGION);
  let objects: Objects;
  beforeAll(async () => {
    await kube.create('/api/v1/namespaces', { metadata: { name: NAMESPACE } });
    objects = objectsIn(NAMESPACE, kube);
  });

  const start = async (stdout: number) => {
    const port = await freePort();
    const bundle = startBundle({
      stdout,
      env: {
        KUBECONFIG: inject('kube').kubeconfig,
        POD_NAMESPACE: NAMESPACE,
        AWS_REGION: REGION,
        AWS_ENDPOINT_URL: inject('moto')[REGION],
        AWS_ACCESS_KEY_ID: 'operator',
        AWS_SECRET_ACCESS_KEY: 'operator',
        SECRETS_OPERATOR_BIND_ADDRESS: `127.0.0.1:${port}`,
        SECRETS_OPERATOR_WATCH_NAMESPACES: NAMESPACE,
      },
    });
    const answers = async (probe: 'livez' | 'readyz'): Promise<boolean> => {
      const answer = await fetch(`http://127.0.0.1:${port}/${probe}`).catch(() => undefined);
      return answer?.status === 200;
    };
    await until('it is ready', WAIT, () => answers('readyz'));
    return { ...bundle, answers };
  };
  /** An AwsSecret that becomes a Secret, which shows that the operator works. */
  const sync = async (name: string): Promise<void> => {
    await aws.create(`${NAMESPACE}/${name}`, JSON.stringify({ of: name }));
    await objects.applyAwsSecret(name, { dataFrom: [{ secretId: `${NAMESPACE}/${name}` }] });
    await objects.expectSecret(name, { of: name });
    await objects.expectSynced(name);
  };
  const folder = async (): Promise<string> => {
    const made = await mkdtemp(path.join(tmpdir(), 'so-log-'));
    onTestFinished(() => rm(made, { recursive: true }));
    return made;
  };
  const fifo = async (): Promise<string> => {
    const name = path.join(await folder(), 'pipe');
    await runCommand(['mkfifo', name]);
    return name;
  };
  const open = (name: string, flags: number): number => {
    const fd = openSync(name, flags);
    onTestFinished(() => closeSync(fd));
    return fd;
  };
  const parsed = (text: string): readonly { msg: string; count?: number }[] =>
    text
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));

  it('a full disk takes no line: the operator works on, and drains', async () => {
    const { child, exited, answers } = await start(open('/dev/full', O_WRONLY));
    await sync('full');
    expect(await answers('livez')).toBe(true);
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });

  it('nobody is there to read any more: the operator works on, and drains', async () => {
    const name = await fifo();
    const reader = openSync(name, O_RDONLY | O_NONBLOCK);
    const { child, exited, answers } = await start(open(name, O_WRONLY));
    closeSync(reader);
    await sync('unread');
    expect(await answers('livez')).toBe(true);
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });

  it('who reads has stopped: the operator works on, and every line comes whole once they are read', async () => {
    const name = await fifo();
    const reader = open(name, O_RDWR | O_NONBLOCK);
    const { child, exited, answers } = await start(open(name, O_WRONLY));
    // Each failure is told with this name.
    const secretId = `${NAMESPACE}/${'x'.repeat(2_000)}`;
    const failing = Array.from({ length: (2 * PIPE_BYTES) / 2_000 }, (_, index) => `stuck-${index}`);
    for (const each of failing) await objects.applyAwsSecret(each, { dataFrom: [{ secretId }] });
    for (const each of failing) await objects.expectCondition(each, 'Ready', 'False', 'SecretNotFound');
    await sync('stuck');
    expect(await answers('livez')).toBe(true);

    let text = '';
    const buffer = Buffer.alloc(PIPE_BYTES);
    const read = (): void => {
      for (;;) {
        try {
          text += buffer.toString('utf8', 0, readSync(reader, buffer));
        } catch {
          return;
        }
      }
    };
    await until('the last line has come', WAIT, () => {
      read();
      return text.includes('"secret":"stuck"');
    });
    child.kill('SIGTERM');
    await until('it says that it drains', WAIT, () => {
      read();
      return text.includes('"msg":"draining"') && text.endsWith('\n');
    });
    expect(await exited).toEqual([0, null]);
    expect(Buffer.byteLength(text)).toBeGreaterThan(2 * PIPE_BYTES);
    const failed = parsed(text).filter(({ msg }) => msg === 'sync failed');
    expect(failed.length).toBeGreaterThanOrEqual(failing.length);
  });

  it('told to go while nobody reads, it goes', async () => {
    const name = await fifo();
    open(name, O_RDWR | O_NONBLOCK);
    const { child, exited } = await start(open(name, O_WRONLY));
    const secretId = `${NAMESPACE}/${'y'.repeat(2_000)}`;
    const failing = Array.from({ length: (2 * PIPE_BYTES) / 2_000 }, (_, index) => `leaving-${index}`);
    for (const each of failing) await objects.applyAwsSecret(each, { dataFrom: [{ secretId }] });
    for (const each of failing) await objects.expectCondition(each, 'Ready', 'False', 'SecretNotFound');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });

  it('a file is written whole, line by line', async () => {
    const name = path.join(await folder(), 'log');
    const { child, exited } = await start(open(name, O_WRONLY | constants.O_CREAT));
    await sync('file');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    const lines = parsed(await readFile(name, 'utf8')).map(({ msg }) => msg);
    expect(lines).toEqual(expect.arrayContaining(['starting', 'ready', 'secret written', 'draining']));
  });
});

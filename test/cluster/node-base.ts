import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runCommand } from '../support/command.ts';
import { fingerprint } from './fingerprint.ts';
import type { ImageSource } from './image-builder.ts';
import { prepareContext } from './image-context.ts';

const certificates = '/etc/ssl/certs/ca-certificates.crt';
const accounts: Readonly<Record<string, string>> = {
  passwd: 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
  group: 'root:x:0:\nnonroot:x:65532:\n',
  'nsswitch.conf': 'hosts: files dns\n',
};

/**
 * What stands in for the base image that the project's Dockerfile names, where no registry can be asked: the Node that the
 * project itself is run with, the libraries of this machine that it is linked to, and nothing else. No shell, as in the original.
 */
export async function prepareNodeBase(projectDockerfile: string): Promise<ImageSource> {
  const tag = (await readFile(projectDockerfile, 'utf8')).match(/^ARG BASE_IMAGE=(\S+)$/m)?.[1];
  if (tag === undefined)
    throw new Error(`${projectDockerfile}: has no line ARG BASE_IMAGE=<image>, so its base has no name`);
  const node = locateNode();
  const libraries = await sharedLibraries(node);
  const dockerfile = [
    'FROM scratch',
    'COPY rootfs/ /',
    'ENV PATH=/nodejs/bin SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt',
    'USER 65532:65532',
    'WORKDIR /home/nonroot',
    'ENTRYPOINT ["/nodejs/bin/node"]',
  ];
  const key = await fingerprint(
    [node, certificates, ...libraries],
    tag,
    JSON.stringify(accounts),
    ...libraries,
    ...dockerfile,
  );
  const fill = async (rootfs: string): Promise<void> => {
    await copy(node, join(rootfs, 'nodejs/bin/node'));
    for (const path of [certificates, ...libraries]) await copy(path, join(rootfs, path));
    for (const [file, text] of Object.entries(accounts)) await writeFile(join(rootfs, 'etc', file), text);
    await mkdir(join(rootfs, 'home/nonroot'), { recursive: true });
    await mkdir(join(rootfs, 'tmp'));
    await chmod(join(rootfs, 'tmp'), 0o1777);
  };
  return await prepareContext({ tag, dockerfile, key, fill });
}

function locateNode(): string {
  const name = `node-linux-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'bin/node');
  } catch (cause) {
    throw new Error(`the npm package ${name} is not installed: run npm ci on linux/x64 or linux/arm64`, { cause });
  }
}

async function sharedLibraries(program: string): Promise<string[]> {
  // `libm.so.6 => /lib/libm.so.6 (0x7f…)`, and the loader without an arrow.
  const lines = (await runCommand(['ldd', program])).split('\n');
  return lines.flatMap(line => line.match(/(?:=> |^\s*)(\/\S+) \(0x/)?.[1] ?? []);
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}

import { chmod, copyFile, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../support/command.ts';
import { fingerprint } from './fingerprint.ts';
import type { ImageBuilder, ImageSource } from './image-builder.ts';
import { prepareContext } from './image-context.ts';
import { prepareNodeBase } from './node-base.ts';

const programs = fileURLToPath(new URL('images', import.meta.url));
const busybox = '/bin/busybox';

export const pauseImage = 'secrets-operator.io/test/pause:v1';

/**
 * Has busybox's applets and `hmac` (see images/hmac/main.go) in /bin; runs as any user.
 * For deadlines use `timeout 3 wget …`: with `wget -T` Debian's static busybox crashes.
 */
export const workloadImage = 'secrets-operator.io/test/workload:v1';

/** The image whose container holds a pod's namespaces. Returns its archive. */
export async function buildPauseImage(builder: ImageBuilder): Promise<string> {
  const dockerfile = ['FROM scratch', 'COPY rootfs/ /', 'USER 65535:65535', 'ENTRYPOINT ["/pause"]'];
  const key = await fingerprint([programs], 'pause', ...dockerfile);
  const fill = (rootfs: string) => buildProgram('pause', join(rootfs, 'pause'));
  return await builder.build(await prepareContext({ tag: pauseImage, dockerfile, key, fill }));
}

/** Builds `workloadImage` and returns its archive. */
export async function buildWorkloadImage(builder: ImageBuilder): Promise<string> {
  const { base, contents } =
    builder.engine === 'docker'
      ? { base: 'docker.io/library/busybox:stable', contents: [] }
      : { base: 'scratch', contents: [busybox] };
  const dockerfile = [`FROM ${base}`, 'COPY rootfs/ /', 'ENV PATH=/bin', 'USER 65532:65532', 'CMD ["/bin/sh"]'];
  const key = await fingerprint([programs, ...contents], 'workload', ...dockerfile);
  const fill = async (rootfs: string) => {
    const bin = join(rootfs, 'bin');
    await mkdir(bin);
    await buildProgram('hmac', join(bin, 'hmac'));
    if (base === 'scratch') await addBusybox(rootfs);
  };
  return await builder.build(await prepareContext({ tag: workloadImage, dockerfile, key, fill }));
}

async function addBusybox(rootfs: string): Promise<void> {
  await copyFile(busybox, join(rootfs, 'bin', 'busybox'));
  const applets = (await runCommand([busybox, '--list'])).split('\n').filter(name => name !== '' && name !== 'busybox');
  for (const applet of applets) await symlink('busybox', join(rootfs, 'bin', applet));
  await mkdir(join(rootfs, 'tmp'));
  await chmod(join(rootfs, 'tmp'), 0o1777);
}

async function buildProgram(name: 'pause' | 'hmac', output: string): Promise<void> {
  const env = { CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-mod=mod' };
  await runCommand(['go', 'build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', output, `./${name}`], {
    cwd: programs,
    env,
  });
}

interface OperatorImageOptions {
  /** The checkout: its Dockerfile, and dist/ as `make build` wrote it. */
  readonly context: string;
  readonly tag: string;
}

/** Builds the operator's image from the project's own Dockerfile and returns its archive. */
export async function buildOperatorImage(
  builder: ImageBuilder,
  { context, tag }: OperatorImageOptions,
): Promise<string> {
  const dockerfile = join(context, 'Dockerfile');
  const copied = [dockerfile, join(context, 'dist')];
  if (builder.engine === 'docker')
    return await builder.build({ tag, dockerfile, context, key: await fingerprint(copied, tag) });
  const base: ImageSource = await prepareNodeBase(dockerfile);
  return await builder.build({ tag, dockerfile, context, key: await fingerprint(copied, tag, base.key), base });
}

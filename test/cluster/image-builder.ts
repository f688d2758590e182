import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../support/cache.ts';
import { runCommand, succeeds } from '../support/command.ts';

export interface ImageSource {
  /** The name that it gets, such as secrets-operator.io/test/workload:v1. */
  readonly tag: string;
  readonly dockerfile: string;
  readonly context: string;
  /** Changes whenever the image would. */
  readonly key: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** What stands in for the Dockerfile's base image, under its real name, where no registry can be asked. */
  readonly base?: ImageSource;
}

/** Makes images into archives that a node can import. */
export interface ImageBuilder {
  readonly engine: 'docker' | 'buildah';
  /** Returns the path of the archive, in the cache folder; builds it only when there is none for the source's key. */
  build(source: ImageSource): Promise<string>;
}

/** Docker where its engine answers, else buildah, which needs root and asks no registry. */
export async function createImageBuilder(log: (line: string) => void): Promise<ImageBuilder> {
  const engine = (await dockerAnswers()) ? 'docker' : 'buildah';
  const directory = join(cacheDirectory(), 'images');
  return {
    engine,
    build: async source => {
      await mkdir(directory, { recursive: true });
      const name = source.tag.replace(/^.*\//, '').replace(':', '-');
      const archive = join(directory, `${name}-${engine}-${source.key}.tar`);
      if (existsSync(archive)) {
        await utimes(archive, new Date(), new Date());
        return archive;
      }
      log(`building the image ${source.tag} with ${engine}`);
      const temporary = await mkdtemp(join(directory, 'new-'));
      try {
        const made = join(temporary, 'image.tar');
        await (engine === 'docker'
          ? buildWithDocker(source, made)
          : buildWithBuildah(source, made, directory, temporary));
        await rename(made, archive);
        await removeUnused(directory, `${name}-${engine}-`);
      } finally {
        await rm(temporary, { recursive: true, force: true });
      }
      return archive;
    },
  };
}

/** Removes what nobody asked for in a day, so that the cache does not grow with each change of the operator. */
async function removeUnused(directory: string, prefix: string): Promise<void> {
  for (const file of (await readdir(directory)).filter(name => name.startsWith(prefix))) {
    const path = join(directory, file);
    if (Date.now() - (await stat(path)).mtimeMs > 86_400_000) await rm(path, { force: true });
  }
}

/** Whether a Docker engine answers; its client alone is not enough. */
export function dockerAnswers(): Promise<boolean> {
  return succeeds(['docker', 'version', '--format', '{{.Server.Version}}']);
}

async function buildWithDocker(source: ImageSource, archive: string): Promise<void> {
  await runCommand(['docker', 'build', ...buildFlags(source)]);
  await runCommand(['docker', 'save', '--output', archive, source.tag]);
}

async function buildWithBuildah(source: ImageSource, archive: string, cache: string, temporary: string): Promise<void> {
  // One store for each base: two checkouts that differ in it never see each other's under the same name.
  const store = join(cache, `store-${source.base?.key ?? 'scratch'}`);
  const command = (driver: string) => [
    // In a mount namespace of its own, as buildah leaves its store mounted behind.
    ...['unshare', '--mount', 'buildah', '--storage-driver', driver],
    ...['--root', `${store}-${driver}`, '--runroot', join(temporary, 'run')],
  ];
  // An overlay cannot lie on another one, as in a container.
  const buildah = command((await succeeds([...command('overlay'), 'images'])) ? 'overlay' : 'vfs');
  const build = (image: ImageSource) =>
    runCommand([...buildah, 'bud', '--isolation', 'chroot', '--pull-never', '--format', 'oci', ...buildFlags(image)]);

  if (source.base && !(await succeeds([...buildah, 'inspect', '--type', 'image', source.base.tag])))
    await build(source.base);
  await build(source);
  await runCommand([...buildah, 'push', source.tag, `oci-archive:${archive}:${source.tag}`]);
  // The archive is what is kept.
  await runCommand([...buildah, 'rmi', source.tag]);
}

function buildFlags({ tag, dockerfile, context, buildArgs = {} }: ImageSource): string[] {
  const values = Object.entries(buildArgs).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  return ['--file', dockerfile, '--tag', tag, ...values, context];
}

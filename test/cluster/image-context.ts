import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../support/cache.ts';
import type { ImageSource } from './image-builder.ts';

export interface ContextOptions {
  readonly tag: string;
  /** The lines of a Dockerfile which copies the folder `rootfs`. */
  readonly dockerfile: readonly string[];
  /** Changes whenever `fill` would do something else. */
  readonly key: string;
  /** Puts the image's files into the folder `rootfs`. */
  fill(rootfs: string): Promise<void>;
}

/** Prepares the folder that an image is built from, in the cache; fills it only when there is none for the key. */
export async function prepareContext({ tag, dockerfile, key, fill }: ContextOptions): Promise<ImageSource> {
  const parent = join(cacheDirectory(), 'images', 'contexts');
  const context = join(parent, key);
  if (!existsSync(context)) {
    await mkdir(parent, { recursive: true });
    const temporary = await mkdtemp(join(parent, 'new-'));
    const rootfs = join(temporary, 'rootfs');
    try {
      await mkdir(rootfs);
      await fill(rootfs);
      await writeFile(join(temporary, 'Dockerfile'), `${dockerfile.join('\n')}\n`);
      await rename(temporary, context);
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      // Another run may have been faster.
      if (!existsSync(context)) throw error;
    }
  }
  return { tag, dockerfile: join(context, 'Dockerfile'), context, key };
}

import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** Where `make build` writes the bundle. */
export const BUNDLE = path.join(import.meta.dirname, '../dist');

const SOURCES = path.join(import.meta.dirname, '../src');

export interface BundleSize {
  /** In MB of 10⁶ bytes, without what only kubeconfigs need: a pod loads none of that. */
  readonly inPodMb: number;
  readonly wholeMb: number;
}

/** Throws when dist/ was not built from the sources as they are now: figures would be those of another revision. */
export async function assertBundleIsCurrent(): Promise<void> {
  const changedAt = async (file: string): Promise<number> => (await stat(file)).mtimeMs;
  const bundle = path.join(BUNDLE, 'operator.mjs');
  const builtAt = await changedAt(bundle).catch(() => 0);
  const sources = (await readdir(SOURCES, { recursive: true })).filter(file => /(?<!\.test)\.ts$/.test(file));
  for (const file of sources.map(name => path.join(SOURCES, name))) {
    if ((await changedAt(file)) > builtAt)
      throw new Error(`${bundle} is missing or older than ${file}: run make build`);
  }
}

/** The size of the code in dist/. */
export async function measureBundle(): Promise<BundleSize> {
  const code = (await readdir(BUNDLE, { recursive: true })).filter(file => file.endsWith('.mjs'));
  const sizes = await Promise.all(
    code.map(async file => ({
      isKubeconfig: path.basename(file).startsWith('kubeconfig-'),
      mb: (await stat(path.join(BUNDLE, file))).size / 1e6,
    })),
  );
  const sum = (parts: typeof sizes) => parts.reduce((total, { mb }) => total + mb, 0);
  return { inPodMb: sum(sizes.filter(({ isKubeconfig }) => !isKubeconfig)), wholeMb: sum(sizes) };
}

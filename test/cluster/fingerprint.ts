import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/** 16 hex digits that change with any name, content or link target in these files and folders, and with `texts`. */
export async function fingerprint(paths: readonly string[], ...texts: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  // Lengths keep "ab" + "c" apart from "a" + "bc".
  const add = (part: string | Buffer): void => {
    hash.update(`${part.length}:`).update(part);
  };
  const addPath = async (path: string, name: string): Promise<void> => {
    const entry = await lstat(path);
    add(name);
    if (entry.isSymbolicLink()) add(await readlink(path));
    else if (entry.isFile()) add(await readFile(path));
    else for (const child of (await readdir(path)).sort()) await addPath(join(path, child), `${name}/${child}`);
  };
  for (const text of texts) add(text);
  for (const [index, path] of paths.entries()) await addPath(await realpath(path), String(index));
  return hash.digest('hex').slice(0, 16);
}

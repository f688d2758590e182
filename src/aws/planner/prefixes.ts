/** As many values as a filter of ListSecrets takes (Secrets Manager API reference, Filter). */
const MOST = 10;
/** As long as AWS takes them. */
const MAX_LENGTH = 512;

/**
 * Prefixes, ten at the most, of which each name has one: the folders that the names lie in, or folders above those
 * where there are too many. Empty where nothing is left that all names of some kind have in common.
 */
export function prefixesOf(names: Iterable<string>): readonly string[] {
  let prefixes = new Set([...names].map(name => (name.includes('/') ? folderOf(name) : name).slice(0, MAX_LENGTH)));
  while (prefixes.size > MOST) {
    const deepest = Math.max(...[...prefixes].map(depthOf));
    prefixes = new Set([...prefixes].map(prefix => (depthOf(prefix) === deepest ? folderOf(prefix) : prefix)));
  }
  const all = [...prefixes].sort();
  const needed = all.filter(prefix => !all.some(other => other !== prefix && prefix.startsWith(other)));
  return needed.includes('') ? [] : needed;
}

/** The folder around a name or folder, with its slash; empty at the top. */
function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/', name.length - 2) + 1);
}

/** Folders above it; a name at the top is one step deep, so that it can be given up for all names. */
function depthOf(prefix: string): number {
  return prefix === '' ? -1 : prefix.split('/').length;
}

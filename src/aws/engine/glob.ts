/** What every match of a glob begins with. */
export function literalPrefix(pattern: string): string {
  const end = pattern.search(/[*?]/);
  return end === -1 ? pattern : pattern.slice(0, end);
}

/**
 * Whether a name matches a glob: `*` any characters, also none and also "/", as in IAM policies; `?` exactly one. Takes
 * no more than pattern × name steps, whatever they are.
 */
export function matchesGlob(pattern: string, name: string): boolean {
  let [p, n] = [0, 0];
  /** Where to go on when what follows the last `*` does not match here. */
  let retry: { readonly p: number; readonly n: number } | undefined;
  while (n < name.length) {
    if (pattern[p] === '*') {
      retry = { p: p + 1, n };
      p += 1;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p += 1;
      n += 1;
    } else if (retry !== undefined) {
      retry = { p: retry.p, n: retry.n + 1 };
      ({ p, n } = retry);
    } else return false;
  }
  return /^\**$/.test(pattern.slice(p));
}

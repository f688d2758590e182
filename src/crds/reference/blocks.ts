/**
 * A page written by hand, with what stands in each `<!-- kind: argument -->` block written anew. Throws when a block has
 * no end, since it would no longer be written.
 */
export function withBlocks(page: string, kind: string, render: (argument: string) => string): string {
  const begin = new RegExp(`^<!-- ${kind}: `, 'gm');
  const block = new RegExp(`^<!-- ${kind}: (.*) -->\\n[\\s\\S]*?^<!-- end of ${kind} -->$`, 'gm');
  if (count(page, begin) !== count(page, block)) {
    throw new Error(`a block of ${kind} has no end; write <!-- end of ${kind} --> below its table`);
  }
  return page.replaceAll(
    block,
    (_, argument: string) => `<!-- ${kind}: ${argument} -->\n\n${render(argument)}\n<!-- end of ${kind} -->`,
  );
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

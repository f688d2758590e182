import { REASONS, type ReasonDoc } from '../reasons.ts';
import { withBlocks } from './blocks.ts';
import { code, table } from './markdown.ts';

/** Reasons with their meaning and their way out, as a table in Markdown. */
export function reasonTable(reasons: readonly string[]): string {
  const rows = reasons.map(reason => {
    const { meaning, remedy } = docOf(reason);
    return [code(reason), meaning, remedy];
  });
  return table(['reason', 'meaning', 'the way out'], rows);
}

/**
 * A page written by hand, with the table of each `<!-- reasons: A, B -->` block written anew. Throws when a block names a
 * reason that is none, or has no end.
 */
export function withReasonTables(page: string): string {
  return withBlocks(page, 'reasons', names => reasonTable(names.split(', ')));
}

function docOf(reason: string): ReasonDoc {
  if (Object.hasOwn(REASONS, reason)) return REASONS[reason as keyof typeof REASONS];
  throw new Error(`${reason} is no reason; take it out of the block, or add it to src/crds/reasons.ts`);
}

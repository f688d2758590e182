/** A table as GitHub renders it. Cells are Markdown; an empty one is shown as a dash. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line), ''].join('\n');
}

function cell(text: string): string {
  return text === '' ? '–' : text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** A link to a heading of the same page, by the anchor that GitHub gives it. */
export function linkTo(heading: string, text: string): string {
  return `[${text}](#${anchor(heading)})`;
}

/** What GitHub makes of a heading: lower case, hyphens for spaces, no other punctuation. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}\p{Mark} _-]/gu, '')
    .replaceAll(' ', '-');
}

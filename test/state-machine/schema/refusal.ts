import type { Broken } from './broken-values.ts';

/** Constraints of which the API server tells more than the field: their message, in the words of the schema. */
const KEYWORDS = /^(type|enum|pattern|format|unique|(min|max)[A-Z][a-zA-Z]*|minimum|maximum|required .*)$/;

/** Whether a refusal names the field, and the rule that it breaks: without both nobody could mend it. */
export function namesIt(message: string, { path, constraint }: Pick<Broken, 'path' | 'constraint'>): boolean {
  const [, property] = /^required (.*)$/.exec(constraint) ?? [];
  const field = constraint === 'unique' ? `${path}[]` : [path, property].filter(part => part).join('.');
  const pattern = field
    .replace(/[.]/g, '[.]')
    .replaceAll('[]', String.raw`\[\d+\]`)
    .replaceAll('{}', String.raw`[.[]\w+\]?`);
  return (
    new RegExp(`(^|[ [])${pattern}: `).test(message) && (KEYWORDS.test(constraint) || message.includes(constraint))
  );
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RESTART_CONTENT_PREFIX } from '../../crds/names.ts';
import { restartAnnotation } from './annotation.ts';

const ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** What Kubernetes takes for the name part of a key (apimachinery, IsQualifiedName), told without a pattern. */
function isNamePart(text: string): boolean {
  const isAlphanumeric = (character: string | undefined) => ALPHANUMERIC.includes(character?.toLowerCase() ?? '?');
  const isAllowed = [...text].every(character => isAlphanumeric(character) || '-_.'.includes(character));
  return text.length >= 1 && text.length <= 63 && isAllowed && isAlphanumeric(text[0]) && isAlphanumeric(text.at(-1));
}

/** Names that are alike up to where they are cut, about as long as what fits, and as long as a name may be. */
const length = fc.oneof(fc.integer({ min: 44, max: 66 }), fc.integer({ min: 1, max: 253 }));
const unit = fc.constantFrom('a', 'b', '.', '-', '0');
const name = fc
  .tuple(length, fc.array(fc.tuple(fc.nat(252), unit), { maxLength: 4 }))
  .map(([length, edits]) => {
    const units = Array.from({ length }, () => 'x');
    for (const [at, unit] of edits) units[at % length] = unit;
    return units.join('');
  })
  .filter(name => /^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name));

function slugOf(name: string): string {
  const annotation = restartAnnotation(name);
  expect(annotation.startsWith(RESTART_CONTENT_PREFIX)).toBe(true);
  return annotation.slice(RESTART_CONTENT_PREFIX.length);
}

test('distinct Secrets have distinct annotations that the API server takes, also one that bears the slug of another', () => {
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 20 }), names => {
      const slugs = names.map(slugOf);
      const all = [...new Set([...names, ...slugs, ...slugs.map(slugOf)])];
      expect(new Set(all.map(slugOf)).size).toBe(all.length);
      for (const slug of all.map(slugOf)) expect([slug, isNamePart(slug)]).toEqual([slug, true]);
    }),
    { numRuns: 200, examples: [[['x'.repeat(64), 'x'.repeat(63)]]] },
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aSecret } from '../../test/support/builders.ts';
import { damaged, hostileTime, isDateTime, storedText } from '../../test/support/hostile.ts';
import { hashesOf, MAX_LOST_KEYS, readHistory, writeHistory } from './content-history.ts';
import { CHANGED_AT_ANNOTATION, CONTENT_ANNOTATION, HISTORY_ANNOTATION } from './names.ts';

const T1 = '2030-01-01T00:00:00.000Z';
const T2 = '2030-01-02T00:00:00.000Z';
const written = [
  { content: 'k.b', time: T2, was: ['j.b', 'i.b'] },
  { content: 'k.a', time: T1 },
];

const content = fc.oneof(fc.constantFrom('k.b', 'k.a', 'x'.repeat(128), 'x'.repeat(129)), storedText);
const time = fc.oneof(fc.constantFrom(T1, T2), hostileTime);
const entry = fc.record({ content, time, was: fc.oneof(content, fc.array(content, { maxLength: 7 })) });
const history = fc.oneof(
  fc.array(fc.oneof(entry, damaged(written[0])), { maxLength: 7 }).map(text),
  damaged(written).map(text),
  storedText,
);
const annotations = fc.record(
  { [CONTENT_ANNOTATION]: content, [CHANGED_AT_ANNOTATION]: time, [HISTORY_ANNOTATION]: history },
  { requiredKeys: [] },
);

function text(value: unknown): string {
  return JSON.stringify(value) ?? '';
}

test('whatever somebody wrote, what is read is empty, or a history that a status can hold', () => {
  fc.assert(
    fc.property(annotations, annotations => {
      const found = readHistory(aSecret({ annotations }));
      expect(found.length).toBeLessThanOrEqual(5);
      for (const change of found) {
        expect(change.was?.length ?? 0).toBeLessThanOrEqual(MAX_LOST_KEYS);
        for (const hash of hashesOf(change)) expect(hash).toMatch(/^[\w.-]{1,128}$/);
        expect([change.time, isDateTime(change.time)]).toEqual([change.time, true]);
        expect(Date.parse(change.time)).not.toBeNaN();
      }
      if (found.length > 0) expect(annotations[CONTENT_ANNOTATION]).toBe(found[0]?.content);
      // To read what was read and written again changes nothing: a damaged history is put right once.
      expect(readHistory(aSecret({ annotations: writeHistory(found) }))).toEqual(found);
    }),
    {
      numRuns: 500,
      examples: [
        [{ [CONTENT_ANNOTATION]: 'k.b', [CHANGED_AT_ANNOTATION]: '2030-02-30T00:00:00Z' }],
        [{ [CONTENT_ANNOTATION]: 'k.b', [CHANGED_AT_ANNOTATION]: '2030-01-01T24:00:00Z' }],
      ],
    },
  );
});

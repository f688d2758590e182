import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEventCounter } from './event-counter.ts';

const added = '{"type":"ADDED","object":{"metadata":{"name":"a"}}}\n';
const modified = '{"type":"MODIFIED","object":{"metadata":{"name":"{\\"type\\":\\"ADDED\\""}}}\n';
const deleted = '{"type":"DELETED","object":{}}\n';
const bookmark = '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7"}}}\n';
const error = '{"type":"ERROR","object":{"code":410}}\n';

function count(chunks: readonly Uint8Array[]): number {
  const counter = createEventCounter();
  return chunks.reduce((sum, chunk) => sum + counter.take(chunk), 0);
}

const cases = [
  { text: '', events: 0, why: 'nothing came' },
  { text: added + modified + deleted, events: 3, why: 'each changes what is kept' },
  { text: bookmark + added + bookmark, events: 1, why: 'a bookmark changes nothing' },
  { text: added + error, events: 1, why: 'an error is the end of a watch' },
  { text: added + modified.slice(0, -1), events: 1, why: 'one that is cut off has not arrived' },
  { text: `\n${added}\n`, events: 1, why: 'an empty line is none' },
];

for (const { text, events, why } of cases) {
  test(`${events} events: ${why}`, () => expect(count([Buffer.from(text)])).toBe(events));
}

test('they are the same in whatever pieces they come', () => {
  const lines = fc.array(fc.constantFrom(added, modified, deleted, bookmark, error), { maxLength: 6 });
  fc.assert(
    fc.property(lines, fc.array(fc.integer({ min: 1, max: 60 })), (all, [...sizes]) => {
      const bytes = Buffer.from(all.join(''));
      const chunks: Uint8Array[] = [];
      for (let from = 0; from < bytes.length; ) {
        const size = sizes.shift() ?? bytes.length;
        chunks.push(bytes.subarray(from, from + size));
        from += size;
      }
      expect(count(chunks)).toBe(all.filter(line => line !== bookmark && line !== error).length);
    }),
  );
});

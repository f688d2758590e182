import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aSecret } from '../../test/support/builders.ts';
import { type ContentChange, readHistory, writeHistory } from './content-history.ts';
import { CHANGED_AT_ANNOTATION, CONTENT_ANNOTATION, HISTORY_ANNOTATION } from './names.ts';

const T1 = '2030-01-01T00:00:00.000Z';
const T2 = '2030-01-02T00:00:00.000Z';

const change: fc.Arbitrary<ContentChange> = fc.record({
  content: fc.stringMatching(/^[0-9a-f]{8}[.][0-9a-f]{32}$/),
  time: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map(date => date.toISOString()),
});

function read(annotations: Readonly<Record<string, string>>): readonly ContentChange[] {
  return readHistory(aSecret({ annotations }));
}

test('what is written is read again, cut to the newest five', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), history => {
      expect(read(writeHistory(history))).toEqual(history.slice(0, 5));
    }),
  );
});

test('the newest content stands in annotations of its own, which people and other programs can read', () => {
  expect(
    writeHistory([
      { content: 'k.b', time: T2 },
      { content: 'k.a', time: T1 },
    ]),
  ).toEqual({
    [CONTENT_ANNOTATION]: 'k.b',
    [CHANGED_AT_ANNOTATION]: T2,
    [HISTORY_ANNOTATION]: `[{"content":"k.b","time":"${T2}"},{"content":"k.a","time":"${T1}"}]`,
  });
});

test('a content that outlived hash keys keeps its five last names', () => {
  const was = ['k6.a', 'k5.a', 'k4.a', 'k3.a', 'k2.a', 'k1.a'];
  expect(read(writeHistory([{ content: 'k7.a', time: T1, was }]))).toEqual([
    { content: 'k7.a', time: T1, was: was.slice(0, 5) },
  ]);
});

test('no history, no annotations', () => expect(writeHistory([])).toEqual({}));

const newest = { content: 'k.b', time: T2 };
const rows = [
  { why: 'no annotations, no history', history: undefined, content: undefined, time: undefined, expected: [] },
  { why: 'a content without its time is none', content: 'k.b', time: undefined, history: '[]', expected: [] },
  { why: 'a time without its content is none', content: undefined, time: T2, history: '[]', expected: [] },
  { why: 'a time that is none spoils the content', content: 'k.b', time: 'yesterday', history: '[]', expected: [] },
  {
    why: 'a lost history costs the older contents only',
    content: 'k.b',
    time: T2,
    history: undefined,
    expected: [newest],
  },
  { why: 'broken JSON costs the older contents only', content: 'k.b', time: T2, history: '[{', expected: [newest] },
  { why: 'an object is no list', content: 'k.b', time: T2, history: '{"0":1}', expected: [newest] },
  { why: 'null is no list', content: 'k.b', time: T2, history: 'null', expected: [newest] },
  {
    why: 'entries of another shape are passed over',
    content: 'k.b',
    time: T2,
    history: JSON.stringify([null, 1, 'x', [], {}, { content: 1, time: T1 }, { content: 'k.a', time: 'never' }]),
    expected: [newest],
  },
  {
    why: 'a former release told one lost key, as a text',
    content: 'k.b',
    time: T2,
    history: JSON.stringify([{ ...newest, was: 'lost.b' }]),
    expected: [{ ...newest, was: ['lost.b'] }],
  },
  {
    why: 'names that are none are passed over with their content',
    content: 'k.b',
    time: T2,
    history: JSON.stringify([
      newest,
      ...[1, null, [1], ['k.a', 'a b'], 'x'.repeat(129)].map(was => ({ ...newest, was })),
    ]),
    expected: [newest],
  },
  { why: 'a text that is no hash is none', content: 'k b', time: T2, history: '[]', expected: [] },
  {
    why: 'a text that the status cannot hold is none',
    content: 'x'.repeat(129),
    time: T2,
    history: '[]',
    expected: [],
  },
  {
    why: 'a time in other words than those of RFC 3339 is none',
    content: 'k.b',
    time: '2030',
    history: '[]',
    expected: [],
  },
  {
    why: 'a content that somebody wrote beside the history is not ours: nobody is restarted for it',
    content: 'k.b',
    time: T2,
    history: JSON.stringify([{ content: 'k.a', time: T1 }]),
    expected: [],
  },
];

for (const { why, content, time, history, expected } of rows) {
  test(`readHistory: ${why}`, () => {
    const annotations = {
      ...(content !== undefined && { [CONTENT_ANNOTATION]: content }),
      ...(time !== undefined && { [CHANGED_AT_ANNOTATION]: time }),
      ...(history !== undefined && { [HISTORY_ANNOTATION]: history }),
    };
    expect(read(annotations)).toEqual(expected);
  });
}

test('no annotation that anybody may write makes readHistory throw, or give what is no change', () => {
  const hostile = fc.oneof(fc.string(), fc.json(), fc.array(fc.anything(), { maxLength: 8 }).map(safeJson));
  fc.assert(
    fc.property(hostile, fc.oneof(hostile, fc.constant(T1)), hostile, (content, time, history) => {
      const annotations = {
        [CONTENT_ANNOTATION]: content,
        [CHANGED_AT_ANNOTATION]: time,
        [HISTORY_ANNOTATION]: history,
      };
      for (const entry of read(annotations)) {
        expect(typeof entry.content).toBe('string');
        expect(Date.parse(entry.time)).not.toBeNaN();
      }
    }),
  );
});

/** fast-check makes values that JSON cannot hold (bigint, symbols): those are no annotation either. */
function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type WatchEvent, watchEvents } from './watch-stream.ts';

const encoder = new TextEncoder();

async function* stream(chunks: readonly Uint8Array[], breaks = false): AsyncGenerator<Uint8Array> {
  yield* chunks;
  if (breaks) throw new Error('other side closed');
}

async function read(chunks: readonly Uint8Array[], breaks = false): Promise<readonly WatchEvent[]> {
  const events: WatchEvent[] = [];
  for await (const event of watchEvents(stream(chunks, breaks))) events.push(event);
  return events;
}

function anEvent(name: string): WatchEvent {
  return { type: 'ADDED', object: { metadata: { name, namespace: 'shop', uid: 'uid', resourceVersion: '1' } } };
}

const lines = (...events: readonly unknown[]) => events.map(event => `${JSON.stringify(event)}\n`).join('');

test('whatever the chunks, the same bytes give the same events', async () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(text, { maxLength: 5 }),
      fc.array(fc.nat(400), { maxLength: 20 }),
      async (names, cuts) => {
        const events = names.map(anEvent);
        const bytes = encoder.encode(lines(...events));
        const ends = [...new Set(cuts.map(cut => cut % (bytes.length + 1)))].sort((a, b) => a - b);
        const chunks = [0, ...ends].map((from, index) => bytes.subarray(from, ends[index] ?? bytes.length));
        expect(await read(chunks)).toEqual(events);
      },
    ),
  );
});

test('a character that lies in two chunks is whole again', async () => {
  const bytes = encoder.encode(lines(anEvent('😀')));
  expect(await read([...bytes].map(byte => Uint8Array.of(byte)))).toEqual([anEvent('😀')]);
});

const [a, b] = [anEvent('a'), anEvent('b')];
const lost: WatchEvent = { type: 'ERROR', object: {} };
const ends = [
  { why: 'the stream ends', text: lines(a, b), breaks: false, events: [a, b] },
  { why: 'the connection breaks between two events', text: lines(a), breaks: true, events: [a] },
  {
    why: 'the connection breaks within an event: half of one is none',
    text: lines(a) + lines(b).slice(0, -3),
    breaks: true,
    events: [a],
  },
  { why: 'the stream ends within an event', text: lines(a) + lines(b).slice(0, -1), breaks: false, events: [a] },
  { why: 'nothing at all', text: '', breaks: false, events: [] },
];

for (const { why, text, breaks, events } of ends) {
  test(`the events end without an error, so that the watch is resumed: ${why}`, async () => {
    expect(await read([encoder.encode(text)], breaks)).toEqual(events);
  });
}

const unreadable = [
  { why: 'no JSON', line: '{oops' },
  { why: 'empty', line: '' },
  { why: 'no event', line: '{"kind":"Status"}' },
  { why: 'an event of a type that there is not', line: JSON.stringify({ ...a, type: 'TOUCHED' }) },
  { why: 'an event without an object', line: '{"type":"ADDED","object":null}' },
  { why: 'null', line: 'null' },
  { why: 'an event of an object without metadata', line: '{"type":"DELETED","object":{}}' },
  { why: 'a bookmark without a version', line: '{"type":"BOOKMARK","object":{"metadata":{}}}' },
];

for (const { why, line } of unreadable) {
  test(`a line that is no event is an error, and the last: nothing behind it is passed over: ${why}`, async () => {
    expect(await read([encoder.encode(`${lines(a)}${line}\n${lines(b)}`)])).toEqual([a, lost]);
  });
}

test('a stream that is no longer read is ended', async () => {
  let isEnded = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield encoder.encode(lines(a));
    } finally {
      isEnded = true;
    }
  }
  for await (const event of watchEvents(endless())) if (event.type === 'ADDED') break;
  expect(isEnded).toBe(true);
});

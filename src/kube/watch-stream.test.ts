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
  return { type: 'ADDED', object: { metadata: { resourceVersion: '1' }, ...{ name } } };
}

const lines = (...events: readonly unknown[]) => events.map(event => `${JSON.stringify(event)}\n`).join('');

test('whatever the chunks, the same bytes give the same events', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 });
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
  {
    why: 'a line is no JSON: nothing behind it is passed over',
    text: `${lines(a)}{oops\n${lines(b)}`,
    breaks: false,
    events: [a],
  },
  { why: 'a line is empty', text: `${lines(a)}\n${lines(b)}`, breaks: false, events: [a] },
  { why: 'a line is no event', text: lines(a, { kind: 'Status' }, b), breaks: false, events: [a] },
  { why: 'an event without an object', text: lines(a, { type: 'ADDED', object: null }, b), breaks: false, events: [a] },
  { why: 'null', text: lines(a, null, b), breaks: false, events: [a] },
  { why: 'nothing at all', text: '', breaks: false, events: [] },
];

for (const { why, text, breaks, events } of ends) {
  test(`the events end without an error, so that the watch is resumed: ${why}`, async () => {
    expect(await read([encoder.encode(text)], breaks)).toEqual(events);
  });
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { damaged, hostileJson, hostileText } from '../../../test/support/hostile.ts';
import { type WatchEvent, watchEvents } from './watch-stream.ts';

const encoder = new TextEncoder();
const LOST: WatchEvent = { type: 'ERROR', object: {} };

async function read(stream: AsyncIterable<Uint8Array>): Promise<readonly WatchEvent[]> {
  const events: WatchEvent[] = [];
  for await (const event of watchEvents(stream)) events.push(event);
  return events;
}

async function* streamOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

const name = fc.oneof(fc.constantFrom('a', 'b'), hostileText).filter(name => name !== '');
const metadata = fc.record({ name, namespace: name, uid: name, resourceVersion: name });
const event = fc.record({
  type: fc.constantFrom('ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'),
  object: fc.record({ metadata, spec: fc.array(hostileText, { maxLength: 3 }) }),
});
const cuts = fc.array(fc.nat(2_000), { maxLength: 30 });

function cut(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  // Twice the same place makes an empty chunk.
  const ends = cuts.map(cut => cut % (bytes.length + 1)).sort((a, b) => a - b);
  return [0, ...ends].map((from, index) => bytes.subarray(from, ends[index] ?? bytes.length));
}

test('however a stream is cut, within characters too, its events are those that were sent', async () => {
  const ending = fc.constantFrom('\n', '\r\n', ' \n');
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 5 }), cuts, ending, async (events, cuts, ending) => {
      const lines = events.map(event => `${JSON.stringify(event)}${ending}`);
      const found = await read(streamOf(cut(encoder.encode(lines.join('')), cuts)));
      expect(JSON.stringify(found)).toBe(JSON.stringify(events));
    }),
    { numRuns: 300 },
  );
});

const sound = { type: 'ADDED', object: { metadata: { name: 'a', namespace: 's', uid: 'u', resourceVersion: '1' } } };
const line = fc.oneof(
  fc.constantFrom(sound, { ...sound, type: 'BOOKMARK' }, { type: 'ERROR', object: { code: 410 } }).map(toText),
  damaged(sound).map(toText),
  damaged({ type: 'ERROR', object: { code: 410, metadata: {} } }).map(toText),
  hostileJson.map(toText),
  hostileText,
);

function toText(value: unknown): string {
  return JSON.stringify(value) ?? '';
}

test('whatever the lines, an event has what its type promises, and nothing follows one that was lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 6 }), cuts, async (lines, cuts) => {
      const bytes = encoder.encode(lines.map(line => `${line}\n`).join(''));
      const events = await read(streamOf(cut(bytes, cuts)));
      expect(events.length).toBeLessThanOrEqual(bytes.filter(byte => byte === 10).length);
      for (const [index, { type, object }] of events.entries()) {
        if (type === 'ERROR') {
          expect(Object.keys(object).filter(key => key !== 'code')).toEqual([]);
          expect(['number', 'undefined']).toContain(typeof object.code);
          if (object.code === undefined) expect(events.length - 1).toBe(index);
          continue;
        }
        const { resourceVersion } = object.metadata;
        expect([typeof resourceVersion, resourceVersion === '']).toEqual(['string', false]);
        if (type !== 'BOOKMARK') expect(() => `${object.metadata.namespace}/${object.metadata.name}`).not.toThrow();
      }
    }),
    { numRuns: 300, examples: [[[toText({ ...sound, object: {} })], []]] },
  );
});

test('any bytes in any pieces end in events, or in one that says that some were lost', async () => {
  const bytes = fc.array(fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.constant(encoder.encode(`${toText(sound)}\n`))));
  await fc.assert(
    fc.asyncProperty(bytes, fc.boolean(), async (chunks, breaks) => {
      async function* stream() {
        yield* chunks;
        if (breaks) throw new Error('other side closed');
      }
      const events = await read(stream());
      for (const event of events) expect([toText(sound), toText(LOST)]).toContain(toText(event));
    }),
    { numRuns: 200 },
  );
});

test('a line without end takes no more memory than any object could, and counts as lost', async () => {
  const chunk = encoder.encode('x'.repeat(65_536));
  let sent = 0;
  async function* endless() {
    for (; sent < 64 * 2 ** 20; sent += chunk.length) yield chunk;
  }
  expect(await read(endless())).toEqual([LOST]);
  expect(sent).toBeLessThanOrEqual(17 * 2 ** 20);
});

test('an object of several mebibytes is read whole', async () => {
  const large = { ...sound, object: { ...sound.object, data: 'é'.repeat(4 * 2 ** 20) } };
  const bytes = encoder.encode(`${toText(large)}\n`);
  const [event] = await read(
    streamOf(
      cut(
        bytes,
        Array.from({ length: 100 }, (_, index) => index * 80_001),
      ),
    ),
  );
  expect(toText(event).length).toBe(toText(large).length);
});

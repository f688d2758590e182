const TYPES = ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'] as const;

/** One line of a watch (kubernetes.io/docs/reference/using-api/api-concepts, "Efficient detection of changes"). */
export interface WatchEvent {
  readonly type: (typeof TYPES)[number];
  readonly object: { readonly metadata?: { readonly resourceVersion?: string }; readonly code?: number };
}

const NEWLINE = 10;

/** In place of a line that is no event: what it should have said is lost. */
const UNREADABLE: WatchEvent = { type: 'ERROR', object: {} };

/**
 * The events in a stream of bytes. Ends without an error when the stream breaks, within a line too, because a watch is
 * resumed all the same. A whole line that is no event becomes an ERROR without a code, and is the last.
 */
export async function* watchEvents(stream: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent> {
  let parts: Uint8Array[] = [];
  try {
    for await (const chunk of stream) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
        parts.push(chunk.subarray(start, end));
        const event = parseEvent(parts);
        yield event;
        if (event === UNREADABLE) return;
        parts = [];
        start = end + 1;
      }
      if (start < chunk.length) parts.push(chunk.subarray(start));
    }
  } catch {
    return;
  }
}

function parseEvent(parts: readonly Uint8Array[]): WatchEvent {
  try {
    const { type, object } = JSON.parse(Buffer.concat(parts).toString()) as Partial<WatchEvent>;
    const known = TYPES.find(name => name === type);
    return known && typeof object === 'object' && object !== null ? { type: known, object } : UNREADABLE;
  } catch {
    return UNREADABLE;
  }
}

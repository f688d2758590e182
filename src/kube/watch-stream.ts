/** One line of a watch (kubernetes.io/docs/reference/using-api/api-concepts, "Efficient detection of changes"). */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: { readonly metadata?: { readonly resourceVersion?: string }; readonly code?: number };
}

const NEWLINE = 10;

/**
 * The events in a stream of bytes. Ends without an error when the stream breaks, because a watch is resumed all the
 * same; a line that is no event ends it too, so that nothing is passed over.
 */
export async function* watchEvents(stream: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent> {
  let parts: Uint8Array[] = [];
  try {
    for await (const chunk of stream) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
        parts.push(chunk.subarray(start, end));
        const event = parseEvent(parts);
        if (event === undefined) return;
        yield event;
        parts = [];
        start = end + 1;
      }
      if (start < chunk.length) parts.push(chunk.subarray(start));
    }
  } catch {
    return;
  }
}

function parseEvent(parts: readonly Uint8Array[]): WatchEvent | undefined {
  try {
    const parsed = JSON.parse(Buffer.concat(parts).toString()) as Partial<WatchEvent>;
    const isEvent = typeof parsed.type === 'string' && typeof parsed.object === 'object' && parsed.object !== null;
    return isEvent ? (parsed as WatchEvent) : undefined;
  } catch {
    return undefined;
  }
}

import { isListed, type Listed } from './mirror.ts';

/** One line of a watch (kubernetes.io/docs/reference/using-api/api-concepts, "Efficient detection of changes"). */
export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: Listed }
  | { readonly type: 'BOOKMARK'; readonly object: { readonly metadata: Pick<Listed['metadata'], 'resourceVersion'> } }
  | { readonly type: 'ERROR'; readonly object: { readonly code?: number } };

const NEWLINE = 10;
/** As client-go: no object comes near it, and a line that does not end must not take all memory. */
const MAX_LINE_BYTES = 16 * 1_024 * 1_024;

/** In place of a line that is no event: what it should have said is lost. */
const UNREADABLE: WatchEvent = { type: 'ERROR', object: {} };

/**
 * The events in a stream of bytes. Ends without an error when the stream breaks, within a line too, because a watch is
 * resumed all the same. A whole line that is no event becomes an ERROR without a code, and is the last.
 */
export async function* watchEvents(stream: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent> {
  let parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
        parts.push(chunk.subarray(start, end));
        const event = parseEvent(parts);
        yield event;
        if (event === UNREADABLE) return;
        parts = [];
        length = 0;
        start = end + 1;
      }
      if (start < chunk.length) parts.push(chunk.subarray(start));
      length += chunk.length - start;
      if (length > MAX_LINE_BYTES) return yield UNREADABLE;
    }
  } catch {
    return;
  }
}

function parseEvent(parts: readonly Uint8Array[]): WatchEvent {
  try {
    const { type, object } = JSON.parse(Buffer.concat(parts).toString()) as Readonly<Record<string, unknown>>;
    return eventOf(type, object);
  } catch {
    return UNREADABLE;
  }
}

/** An object without a name or a version is no event either: nobody could tell what has changed. */
function eventOf(type: unknown, object: unknown): WatchEvent {
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return isListed(object) ? { type, object } : UNREADABLE;
    case 'BOOKMARK':
      return isBookmark(object) ? { type, object } : UNREADABLE;
    case 'ERROR': {
      const { code } = object as { readonly code?: unknown };
      return typeof code === 'number' ? { type, object: { code } } : UNREADABLE;
    }
    default:
      return UNREADABLE;
  }
}

function isBookmark(object: unknown): object is { readonly metadata: { readonly resourceVersion: string } } {
  const { metadata } = object as Partial<Record<string, { readonly resourceVersion?: unknown } | null>>;
  return typeof metadata?.resourceVersion === 'string' && metadata.resourceVersion !== '';
}

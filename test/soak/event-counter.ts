/** Counts the events of one watch as its bytes arrive, in whatever pieces. Bookmarks and errors are not among them. */
export interface EventCounter {
  /** How many events end in this piece. */
  take(chunk: Uint8Array): number;
}

const NEWLINE = 10;
/** Of `{"type":"ADDED"`, as the API server begins every line. */
const KIND_AT = '{"type":"'.length;
/** ADDED, MODIFIED, DELETED. */
const COUNTED: ReadonlySet<number | undefined> = new Set([...'AMD'].map(letter => letter.charCodeAt(0)));

export function createEventCounter(): EventCounter {
  let lineLength = 0;
  let kind: number | undefined;
  return {
    take(chunk) {
      let events = 0;
      for (let at = 0; at < chunk.length; ) {
        const end = chunk.indexOf(NEWLINE, at);
        const lineEnd = end === -1 ? chunk.length : end;
        const kindAt = at + KIND_AT - lineLength;
        if (kindAt >= at && kindAt < lineEnd) kind = chunk[kindAt];
        lineLength += lineEnd - at;
        at = lineEnd + 1;
        if (end === -1) break;
        if (COUNTED.has(kind)) events += 1;
        lineLength = 0;
        kind = undefined;
      }
      return events;
    },
  };
}
